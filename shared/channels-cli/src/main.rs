//! The command line, the environment and the streams; then run.

use std::{
    io::{Write as _, stderr, stdin, stdout},
    process::ExitCode,
};

use catamaran::Clock;
use catamaran_cli::{Args, Shown, Streams, Target, exit_code, prepare, run};
use clap::{CommandFactory as _, Parser as _};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(fault) => return refuse(&fault),
    };
    exit_code(&channels(args).await, &mut Shown(&mut stderr()))
}

/// Help goes to standard output. An error repeats nothing of the command line.
fn refuse(fault: &clap::Error) -> ExitCode {
    let text = catamaran_boot::text_of_fault(fault, &Args::command());
    let written = match fault.use_stderr() {
        true => Shown(&mut stderr()).write_all(text.as_bytes()),
        false => stdout().write_all(text.as_bytes()),
    };
    // Where nobody reads there is nobody to tell.
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
