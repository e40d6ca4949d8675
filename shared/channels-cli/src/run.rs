//! Runs the command.

use std::io::{Read, Write};

use catamaran::Clock;
use tokio_util::sync::CancellationToken;

use crate::{Args, Command, Escaped, Target, doctor, groups, members, send, tail};

/// The streams that the tool reads and writes.
pub struct Streams<'a> {
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// Standard output: the results.
    pub out: &'a mut dyn Write,
    /// Standard error: everything else.
    pub err: &'a mut dyn Write,
}

/// Runs the command in `args` until it is done or `stop` is cancelled. Returns `false` if `doctor` has found
/// a fault of the level of `--fail-level`.
///
/// # Errors
/// The command failed; see [`exit_code`](crate::exit_code).
pub async fn run(
    args: &Args,
    target: &Target,
    streams: Streams<'_>,
    clock: &Clock,
    stop: &CancellationToken,
) -> anyhow::Result<bool> {
    let Streams { input, out, err } = streams;
    let streams = Streams { input, out: &mut Escaped(out), err: &mut Escaped(err) };
    match &args.command {
        Command::GroupSend { group, json } => {
            let message = send::message(json, streams.input)?;
            send::to_group(target, args.patience(), group, &message, streams.out).await?;
        }
        Command::Send { channel, json } => {
            let message = send::message(json, streams.input)?;
            send::to_channel(target, args.patience(), channel, &message, streams.out).await?;
        }
        Command::Tail { groups, count } => {
            let tail = tail::Tail { groups, count: *count, clock };
            tail.run(target, args.patience(), streams, stop).await?;
        }
        Command::Groups => groups::show(target, clock.wall(), streams.out).await?,
        Command::Members { group } => members::show(target, group, clock.wall(), streams.out).await?,
        Command::Doctor { json, fail } => {
            let report = doctor::run(target, args.patience(), *json, clock, streams.out).await?;
            return Ok(fail.passes(report.worst));
        }
    }
    Ok(true)
}
