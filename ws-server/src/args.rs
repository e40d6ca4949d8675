//! The command line: Daphne's words.

use std::time::Duration;

use boot::{Flags, settings::Bind};
use clap::{ArgAction, Parser};

use crate::Limits;

/// Holds Catamaran's WebSockets. Pages and the JSON API are served by http-server.
///
/// The environment says the rest (see .env.sample); a flag wins over its variable.
#[derive(Debug, Parser)]
#[command(name = "ws-server", version)]
pub struct Args {
    /// Address to listen on: HOST, HOST:PORT, (v6):PORT or unix:PATH
    #[arg(short, long, value_name = "ADDRESS")]
    pub bind: Option<Bind>,
    /// Port to listen on (env: WS_PORT, then PORT, which with SECRET_KEY also open 0.0.0.0)
    #[arg(short, long)]
    pub port: Option<u16>,
    /// Worker threads (env: WEB_CONCURRENCY)
    #[arg(short, long, value_name = "COUNT")]
    pub workers: Option<std::num::NonZeroUsize>,
    /// Say more: -v also what is only for debugging, -vv everything
    #[arg(short, long, action = ArgAction::Count)]
    pub verbosity: u8,
    /// Seconds that a socket is idle before it is pinged
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub ping_interval: u64,
    /// Seconds that the answer to a ping may take
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub ping_timeout: u64,
    /// Run without http-server, so that CHANNEL_LAYER=memory will do
    #[arg(long)]
    pub alone: bool,
}

impl Args {
    /// What the settings take from the command line.
    pub fn flags(&self) -> Flags {
        Flags { bind: self.bind.clone(), port: self.port, workers: self.workers, alone: self.alone }
    }

    /// What one socket may use.
    pub fn limits(&self) -> Limits {
        Limits {
            ping_interval: Duration::from_secs(self.ping_interval),
            ping_timeout: Duration::from_secs(self.ping_timeout),
            ..Limits::default()
        }
    }

    /// The filter of the log that `-v` asks for.
    pub fn log_filter(&self) -> Option<&'static str> {
        match self.verbosity {
            0 => None,
            1 => Some("debug"),
            _ => Some("trace"),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_flags_are_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn daphnes_words_are_read() {
        let args = Args::try_parse_from([
            "ws-server",
            "-b",
            "0.0.0.0",
            "-p",
            "9000",
            "-v",
            "--ping-interval",
            "5",
            "--ping-timeout",
            "7",
        ]);
        let args = args.unwrap();
        assert_eq!((args.port, args.log_filter()), (Some(9000), Some("debug")));
        assert_eq!((args.limits().ping_interval.as_secs(), args.limits().ping_timeout.as_secs()), (5, 7));
        assert!(Args::try_parse_from(["ws-server", "--ping-interval", "0"]).is_err());
    }
}
