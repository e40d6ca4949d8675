//! From the command line to what it asks for.

use std::io::{Read, Write};

use catamaran::Clock;
use tokio_util::sync::CancellationToken;

use crate::{Args, Command, Shown, Target, doctor, groups, members, send, tail};

/// Where the tool reads and writes.
pub struct Streams<'a> {
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// Standard output: the answer.
    pub out: &'a mut dyn Write,
    /// Standard error: what is not the answer.
    pub err: &'a mut dyn Write,
}

/// Does what `args` ask for, until it is done or `stop` is cancelled; `false` where `doctor` has found an error.
///
/// # Errors
/// What went wrong, for [`exit_code`](crate::exit_code).
pub async fn run(
    args: &Args,
    target: &Target,
    streams: Streams<'_>,
    clock: &Clock,
    stop: &CancellationToken,
) -> anyhow::Result<bool> {
    let Streams { input, out, err } = streams;
    let streams = Streams { input, out: &mut Shown(out), err: &mut Shown(err) };
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
        Command::Doctor { json } => return doctor::run(target, args.patience(), *json, clock, streams.out).await,
    }
    Ok(true)
}
