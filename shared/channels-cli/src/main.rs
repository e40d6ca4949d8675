//! The command line, the environment and the streams; then run.

use std::{
    io::{stderr, stdin, stdout},
    process::ExitCode,
};

use channels::Clock;
use channels_cli::{Args, Streams, Target, exit_code, prepare, run};
use clap::Parser as _;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let args = Args::parse();
    exit_code(&channels(args).await, &mut stderr())
}

async fn channels(args: Args) -> anyhow::Result<bool> {
    let target = Target::from_env(args.layer)?;
    let stop = prepare(&args)?;
    let (mut input, mut out, mut err) = (stdin(), stdout(), stderr());
    let streams = Streams { input: &mut input, out: &mut out, err: &mut err };
    run(&args, &target, streams, &Clock::system(), &stop).await
}
