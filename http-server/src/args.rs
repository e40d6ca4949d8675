//! The command line.

use std::time::Duration;

use catamaran_boot::{Flags, ServerFlags, Task, whole_number};
use clap::Parser;

/// Serves Catamaran's pages and JSON API over plain HTTP. WebSockets are held by ws-server.
///
/// Further settings come from the environment, by the variables below. A flag wins over its variable.
#[derive(Debug, Parser)]
#[command(name = "http-server", version)]
pub struct Args {
    /// The flags that all servers have.
    #[command(flatten)]
    pub server: ServerFlags,
    /// Seconds that a request may take
    #[arg(
        short,
        long,
        alias = "http-timeout",
        value_name = "SECONDS",
        default_value = "30",
        value_parser = whole_number(1_u64..=3600)
    )]
    pub timeout: u64,
    /// Run without ws-server, so that CHANNEL_LAYER=memory will do
    #[arg(long)]
    pub alone: bool,
    /// Bring the database up to date and stop
    #[arg(long)]
    pub migrate_only: bool,
    /// Another task than serving.
    #[command(subcommand)]
    pub task: Option<HttpTask>,
}

/// A task in place of serving.
#[derive(Debug, clap::Subcommand)]
pub enum HttpTask {
    /// A task that all servers have.
    #[command(flatten)]
    Common(Task),
    #[allow(missing_docs, reason = "clap would show a docstring here in place of the task's own")]
    Doctor(doctor::Args),
}

impl Args {
    /// The flags that override settings of the environment.
    pub fn flags(&self) -> Flags {
        self.server.settings(self.alone)
    }

    /// How long a request may take.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use catamaran_boot::settings::Bind;
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn clap_accepts_the_declaration_of_the_flags() {
        Args::command().debug_assert();
    }

    #[test]
    fn reads_the_flags_of_gunicorn() {
        let args = Args::try_parse_from(["http-server", "-b", "0.0.0.0:80", "-w", "2", "-t", "5"]).unwrap();
        assert_eq!(args.flags().bind, Some(Bind::HostPort("0.0.0.0".to_owned(), 80)));
        assert_eq!((args.flags().workers.map(NonZeroUsize::get), args.timeout()), (Some(2), Duration::from_secs(5)));
    }

    #[test]
    fn refuses_values_out_of_range() {
        for flags in [["-b", "http://a"], ["-w", "0"], ["-t", "0"], ["-p", "x"], ["--what", "1"]] {
            let args = std::iter::once("http-server").chain(flags);
            assert!(Args::try_parse_from(args).is_err(), "{flags:?}");
        }
    }
}
