//! The command line.

use std::time::Duration;

use catamaran_boot::{Flags, ServerFlags, whole_number};
use clap::Args;

use crate::ServerLimits;

/// The flags of a program that holds sockets, to be flattened into its own.
#[derive(Clone, Debug, Args)]
#[group(skip)]
#[non_exhaustive]
pub struct SocketFlags {
    /// The flags that all servers have.
    #[command(flatten)]
    pub server: ServerFlags,
    /// Seconds that a socket is idle before it is pinged (variable: WS_PING_INTERVAL; default: 20)
    #[arg(
        long,
        alias = "ws-ping-interval",
        value_name = "SECONDS",
        value_parser = whole_number(1_u64..=3600)
    )]
    pub ping_interval: Option<u64>,
    /// Seconds that the answer to a ping may take (variable: WS_PING_TIMEOUT; default: 30)
    #[arg(
        long,
        alias = "ws-ping-timeout",
        value_name = "SECONDS",
        value_parser = whole_number(1_u64..=3600)
    )]
    pub ping_timeout: Option<u64>,
    /// Run without another process, so that CHANNEL_LAYER=memory will do
    #[arg(long)]
    pub alone: bool,
}

/// The flags of a server without sockets of its own.
impl From<ServerFlags> for SocketFlags {
    fn from(server: ServerFlags) -> Self {
        Self { server, ping_interval: None, ping_timeout: None, alone: false }
    }
}

impl SocketFlags {
    /// The flags that concern the settings of every server.
    pub fn settings(&self) -> Flags {
        self.server.settings(self.alone)
    }

    /// Returns `limits`, with the flags of the command line in place of the environment.
    pub fn limits(&self, mut limits: ServerLimits) -> ServerLimits {
        let seconds = |flag: Option<u64>, otherwise| flag.map_or(otherwise, Duration::from_secs);
        limits.socket.ping_interval = seconds(self.ping_interval, limits.socket.ping_interval);
        limits.socket.ping_timeout = seconds(self.ping_timeout, limits.socket.ping_timeout);
        limits
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};
    use log::LevelFilter;

    use super::*;

    /// A program whose own struct has the name of the flags' group.
    #[derive(Debug, Parser)]
    struct Args {
        #[command(flatten)]
        sockets: SocketFlags,
    }

    #[test]
    fn clap_accepts_the_definition_of_the_flags() {
        Args::command().debug_assert();
    }

    #[test]
    fn reads_the_flags_of_daphne() {
        let words = "ws-server -b 0.0.0.0 -p 9000 -v 2 --ping-interval 5 --ping-timeout 7";
        let args = Args::try_parse_from(words.split(' ')).unwrap();
        assert_eq!((args.sockets.settings().port, args.sockets.settings().log_level), (Some(9000), Some(LevelFilter::Debug)));
        let socket = args.sockets.limits(ServerLimits::default()).socket;
        assert_eq!((socket.ping_interval.as_secs(), socket.ping_timeout.as_secs()), (5, 7));
        let none = Args::try_parse_from(["ws-server"]).unwrap();
        assert_eq!(none.sockets.limits(ServerLimits::default()), ServerLimits::default());
        assert!(Args::try_parse_from(["ws-server", "--ping-interval", "0"]).is_err());
    }
}
