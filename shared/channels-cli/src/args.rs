//! The command line.

use std::time::Duration;

use catamaran::{ChannelName, GroupName};
use catamaran_boot::{findings::FailFlag, whole_number};
use clap::{Parser, Subcommand};

use crate::Layer;

/// Inspects the channel layer between the servers, and sends and receives over it.
///
/// The same environment variables as for the servers configure the layer: CHANNEL_LAYER, REDIS_URL, CHANNEL_PREFIX,
/// CHANNEL_LAYER_KEYS and the others in .env.sample.
#[derive(Debug, Parser)]
#[command(name = "channels", version, max_term_width = 80)]
#[non_exhaustive]
pub struct Args {
    /// The layer; overrides CHANNEL_LAYER
    #[arg(long, global = true)]
    pub layer: Option<Layer>,
    /// Seconds to wait for Redis
    #[arg(long, global = true, value_name = "SECONDS", default_value = "3", value_parser = whole_number(1_u64..=60))]
    pub timeout: u64,
    /// The command to run
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Sends an event to every member of a group
    GroupSend {
        /// The group's name
        #[arg(value_parser = parse_group)]
        group: GroupName,
        /// The event, for example '{"type": "chat.message", "text": "hello"}'; - reads it from standard input
        json: String,
    },
    /// Sends an event to one channel
    Send {
        /// The channel's name
        #[arg(value_parser = parse_channel)]
        channel: ChannelName,
        /// The event, for example '{"type": "thumbnail.make", "id": 7}'; - reads it from standard input
        json: String,
    },
    /// Prints the events of groups as they pass, one line of JSON for each
    Tail {
        /// The groups' names
        #[arg(required = true, value_name = "GROUP", value_parser = parse_group)]
        groups: Vec<GroupName>,
        /// End after this number of events
        #[arg(long, value_parser = whole_number(1..=u64::MAX))]
        count: Option<u64>,
    },
    /// Lists the groups that have a member, as far as Redis knows
    Groups,
    /// Lists the members of a group, as far as Redis knows
    Members {
        /// The group's name
        #[arg(value_parser = parse_group)]
        group: GroupName,
    },
    /// Looks for faults in Redis, in the settings and in the processes that use them
    Doctor {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        /// The level of findings that fail.
        #[command(flatten)]
        fail: FailFlag,
    },
}

impl Args {
    /// How long to wait for Redis.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

// A user may give an event or a password instead of a name by mistake, so the error does not repeat it.
fn parse_group(text: &str) -> Result<GroupName, String> {
    GroupName::parse(text).map_err(|fault| format!("expected a group name: {}", fault.expected()))
}

fn parse_channel(text: &str) -> Result<ChannelName, String> {
    ChannelName::parse(text).map_err(|fault| format!("expected a channel name: {}", fault.expected()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn accepts_flags_before_and_after_the_command() {
        for words in [["channels", "--layer", "redis-core", "doctor"], ["channels", "doctor", "--layer", "redis-core"]] {
            assert_eq!(Args::try_parse_from(words).unwrap().layer, Some(Layer::Core));
        }
    }

    #[test]
    fn an_invalid_name_is_rejected_with_the_rules_for_names() {
        let fault = Args::try_parse_from(["channels", "members", "room 7"]).unwrap_err().to_string();
        assert!(fault.contains("<GROUP>") && fault.contains("ASCII letters"), "{fault}");
        assert!(Args::try_parse_from(["channels", "tail"]).is_err());
        assert!(Args::try_parse_from(["channels", "send", "a", "{}", "--layer", "memory"]).is_err());
    }
}
