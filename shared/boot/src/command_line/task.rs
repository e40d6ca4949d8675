//! Tasks of a program beside serving.

use clap::Subcommand;

use crate::findings::FailFlag;

/// A task that a server program does in place of serving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Task {
    /// Read the settings and stop: exit code 2 names wrong ones. Flags of the program stand before this word
    Check {
        /// Look for settings that are unsafe or do not work in production, too: exit code 1 after errors
        #[arg(long)]
        deploy: bool,
        /// The level of findings that fail.
        #[command(flatten)]
        fail: FailFlag,
    },
}
