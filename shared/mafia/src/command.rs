//! The commands that clients may send over a socket or over HTTP. The rules have a separate type, which includes server-only commands.

use std::sync::LazyLock;

use fairness::Rank;
use mafia_rules::{Ballot, Channel, Command as Rules, NightAction, SeatNo, Setup, Words};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A client's command. In JSON the `type` is the command's name, or the night action's own name. `docs/protocol.md` has the list; the
/// rules' README has the conditions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", remote = "Self")]
pub enum Command {
    /// Take a seat.
    Join,
    /// Give up the seat; during the game, for good.
    Leave,
    /// Remove a player.
    Kick {
        /// The player's seat.
        seat: SeatNo,
        /// The `id` of the seat; `None` skips this check.
        #[serde(default)]
        id: Option<u32>,
        /// The player's name. Clients of earlier releases send it instead of the id.
        #[serde(default)]
        name: Option<String>,
    },
    /// Become the host in place of one who is not connected.
    TakeOver,
    /// Add a bot. The server chooses its name.
    AddBot,
    /// Change roles and options.
    SetUp {
        /// The new set-up.
        setup: Setup,
    },
    /// Start the game.
    Start,
    /// Do nothing more tonight.
    Sleep,
    /// Make the talk shorter.
    Shorten,
    /// Make the talk longer.
    Lengthen,
    /// Vote for a player; `None` abstains.
    Vote {
        /// The player to accuse.
        target: Option<SeatNo>,
    },
    /// End the own defence.
    Finish,
    /// Vote on the accused.
    Ballot {
        /// The vote.
        choice: Ballot,
    },
    /// Send a chat message.
    Say {
        /// The channel.
        channel: Channel,
        /// The message.
        words: Line,
        /// The client's id for the message: a repeated one is ignored.
        id: Option<Uuid>,
    },
    /// Use the role's night action on a player.
    #[serde(skip)]
    Do {
        /// The action.
        deed: NightAction,
        /// The target.
        target: SeatNo,
    },
}

/// A client's message. Only bots use phrases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Free text.
    Text(String),
}

/// The handling of a command.
pub(crate) enum Dispatch {
    /// By the rules.
    Rules(Rules),
    /// Adds a bot with a name from the server.
    Bot,
    /// Changes the host, if the present host is offline: the rules do not know connections.
    TakeOver,
}

/// The names of all commands except night actions.
const NAMES: [&str; 14] = [
    "join",
    "leave",
    "kick",
    "take_over",
    "add_bot",
    "set_up",
    "start",
    "sleep",
    "shorten",
    "lengthen",
    "vote",
    "finish",
    "ballot",
    "say",
];

/// The names of all commands of clients.
static ALL_NAMES: LazyLock<Vec<&str>> =
    LazyLock::new(|| NAMES.into_iter().chain(NightAction::ALL.map(NightAction::as_str)).collect());

/// The target of a night action.
#[derive(Deserialize)]
struct Target {
    target: SeatNo,
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let fields = Map::<String, Value>::deserialize(from)?;
        let name = fields.get("type").and_then(Value::as_str).unwrap_or_default();
        if let Some(deed) = NightAction::ALL.into_iter().find(|deed| deed.as_str() == name) {
            let Target { target } = Target::deserialize(Value::Object(fields)).map_err(D::Error::custom)?;
            return Ok(Self::Do { deed, target });
        }
        if fields.get("type").is_some_and(Value::is_string) && !NAMES.contains(&name) {
            return Err(D::Error::unknown_variant(name, &ALL_NAMES));
        }
        Self::deserialize(Value::Object(fields)).map_err(D::Error::custom)
    }
}

impl Command {
    /// Selects the handling of this command.
    pub(crate) fn dispatch(&self) -> Dispatch {
        Dispatch::Rules(match self.clone() {
            Self::TakeOver => return Dispatch::TakeOver,
            Self::AddBot => return Dispatch::Bot,
            Self::Join => Rules::Join,
            Self::Leave => Rules::Leave,
            Self::Kick { seat, id, name } => Rules::Kick { seat, id, name },
            Self::SetUp { setup } => Rules::SetUp { setup },
            Self::Start => Rules::Start,
            Self::Do { deed, target } => Rules::Do { action: deed, target },
            Self::Sleep => Rules::Sleep,
            Self::Shorten => Rules::Shorten,
            Self::Lengthen => Rules::Lengthen,
            Self::Vote { target } => Rules::Vote { target },
            Self::Finish => Rules::Finish,
            Self::Ballot { choice } => Rules::Ballot { choice },
            Self::Say { channel, words: Line::Text(text), id } => Rules::Say { channel, words: Words::Text(text), id },
        })
    }

    /// The priority in the table's queue.
    pub(crate) fn rank(&self) -> Rank {
        if matches!(self, Self::Say { channel: Channel::Spectators, .. }) { Rank::Spectator } else { Rank::Player }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn fault(command: Value) -> String {
        from_value::<Command>(command).unwrap_err().to_string()
    }

    #[test]
    fn reads_commands_and_night_actions_by_their_names() {
        let read = |value| from_value::<Command>(value).unwrap();
        assert_eq!(read(json!({ "type": "join" })), Command::Join);
        assert_eq!(read(json!({ "type": "add_bot", "name": "" })), Command::AddBot, "pages of earlier releases name it");
        assert_eq!(read(json!({ "type": "vote", "target": null })), Command::Vote { target: None });
        for deed in NightAction::ALL {
            assert_eq!(read(json!({ "type": deed.as_str(), "target": 3 })), Command::Do { deed, target: 3 });
        }
        let say = json!({ "type": "say", "channel": "public", "words": { "text": "hi" }, "id": null });
        assert_eq!(read(say), Command::Say { channel: Channel::Public, words: Line::Text("hi".to_owned()), id: None });
    }

    #[test]
    fn lists_exactly_the_commands_of_clients() {
        let quoted: Vec<_> = NAMES.iter().map(|name| format!("`{name}`")).collect();
        // The list of the derived deserializer, without night actions.
        let unknown = Command::deserialize(json!({ "type": "dance" })).unwrap_err().to_string();
        assert_eq!(unknown, format!("unknown variant `dance`, expected one of {}", quoted.join(", ")));
        for server_s in ["tick", "again", "do", "dance", ""] {
            let fault = fault(json!({ "type": server_s, "code": "ABCDEF", "deed": "protect", "target": 1 }));
            assert!(fault.starts_with(&format!("unknown variant `{server_s}`, expected one of `join`")), "{fault}");
            let offered = fault.split_once("expected").unwrap().1;
            assert!(offered.contains("`say`") && offered.contains("`protect`"), "{fault}");
            assert!(!offered.contains("tick") && !offered.contains("again") && !offered.contains("`do`"), "{fault}");
        }
    }

    #[test]
    fn names_a_wrong_field() {
        assert!(fault(json!({ "type": "protect" })).contains("target"));
        assert!(fault(json!({ "type": "protect", "target": -1 })).contains("-1"));
        assert!(fault(json!({ "type": 5 })).contains("expected"));
        assert!(fault(json!({})).contains("type"));
        let phrase =
            json!({ "type": "say", "channel": "public", "words": { "phrase": { "phrase": "found", "about": 1 } }, "id": null });
        assert!(fault(phrase).contains("unknown variant `phrase`, expected `text`"), "phrases are the bots'");
    }
}
