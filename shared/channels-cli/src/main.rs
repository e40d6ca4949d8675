//! The program `channels`: reads the command line and the environment, and runs the command.

use std::{
    io::{Write as _, stderr, stdin, stdout},
    process::ExitCode,
};

use catamaran::Clock;
use catamaran_cli::{Args, Escaped, Streams, Target, exit_code, prepare, run};
use clap::{CommandFactory as _, Parser as _};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(fault) => return refuse(&fault),
    };
    exit_code(&channels(args).await, &mut Escaped(&mut stderr()))
}

/// Writes help to standard output, or an error that repeats nothing of the command line to standard error.
fn refuse(fault: &clap::Error) -> ExitCode {
    let text = catamaran_boot::text_of_fault(fault, &Args::command());
    let written = match fault.use_stderr() {
        true => Escaped(&mut stderr()).write_all(text.as_bytes()),
        false => stdout().write_all(text.as_bytes()),
    };
    // If the stream is closed, the failure cannot be reported.
    let _ = written;
    ExitCode::from(u8::try_from(fault.exit_code()).unwrap_or(u8::MAX))
}

async fn channels(args: Args) -> anyhow::Result<bool> {
    let target = Target::from_env(args.layer)?;
    let stop = prepare(&args)?;
    let (mut input, mut out, mut err) = (stdin(), stdout(), stderr());
    let streams = Streams { input: &mut input, out: &mut out, err: &mut err };
    run(&args, &target, streams, &Clock::system(), &stop).await
}
