//! What a client may send to a table, over a socket or over HTTP: apart from the rules' commands, some of which are the server's alone.

use std::sync::LazyLock;

use fairness::Rank;
use mafia_rules::{Ballot, Channel, Command as Rules, NightAction, SeatNo, Setup, Words};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a client wants to do at a table. In JSON the `type` is the command's name, for a deed the deed's own name; `docs/protocol.md` has
/// the list, the rules' README says who may do what, and when.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", remote = "Self")]
pub enum Command {
    /// Sit down.
    Join,
    /// Stand up; during the game, go for good.
    Leave,
    /// Send a player away.
    Kick {
        /// Whom.
        seat: SeatNo,
        /// The `id` of their seat; `None` where that does not matter.
        #[serde(default)]
        id: Option<u32>,
        /// Their name, which pages of earlier releases send instead of the id.
        #[serde(default)]
        name: Option<String>,
    },
    /// Become the host in place of one who is not connected.
    TakeOver,
    /// Seat a bot. The server names it.
    AddBot,
    /// Change roles and options.
    SetUp {
        /// To these.
        setup: Setup,
    },
    /// Deal the roles.
    Start,
    /// Nothing (more) to do tonight.
    Sleep,
    /// Make the talk shorter.
    Shorten,
    /// Make the talk longer.
    Lengthen,
    /// Name a player; `None` abstains.
    Vote {
        /// Whom.
        target: Option<SeatNo>,
    },
    /// End one's own defence.
    Finish,
    /// Vote on the accused.
    Ballot {
        /// How.
        choice: Ballot,
    },
    /// Say something.
    Say {
        /// Where.
        channel: Channel,
        /// What.
        words: Line,
        /// The client's id for it: the same again is said once.
        id: Option<Uuid>,
    },
    /// Do what one's role does to a player at night.
    #[serde(skip)]
    Do {
        /// What.
        deed: NightAction,
        /// To whom.
        target: SeatNo,
    },
}

/// What a client says. Phrases are the bots'.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// In the player's own words.
    Text(String),
}

/// What becomes of a client's command.
pub(crate) enum Wanted {
    /// The rules decide.
    Rules(Rules),
    /// A bot is to be seated; the server names it.
    Bot,
    /// The host is to be another one, if they are away; the rules do not know whether they are.
    TakeOver,
}

/// The names of the commands that are no deeds.
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

/// The names of all commands that a client may send.
static ALL_NAMES: LazyLock<Vec<&str>> =
    LazyLock::new(|| NAMES.into_iter().chain(NightAction::ALL.map(NightAction::as_str)).collect());

/// Whom a deed is done to.
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
    /// What becomes of it.
    pub(crate) fn wanted(&self) -> Wanted {
        Wanted::Rules(match self.clone() {
            Self::TakeOver => return Wanted::TakeOver,
            Self::AddBot => return Wanted::Bot,
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

    /// The rank in which it waits for its turn.
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
    fn reads_commands_and_deeds_by_their_names() {
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
    fn names_exactly_what_a_client_may_send() {
        let quoted: Vec<_> = NAMES.iter().map(|name| format!("`{name}`")).collect();
        // The derived reader's own list, without deeds.
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
    fn says_what_is_wrong_with_a_field() {
        assert!(fault(json!({ "type": "protect" })).contains("target"));
        assert!(fault(json!({ "type": "protect", "target": -1 })).contains("-1"));
        assert!(fault(json!({ "type": 5 })).contains("expected"));
        assert!(fault(json!({})).contains("type"));
        let phrase =
            json!({ "type": "say", "channel": "public", "words": { "phrase": { "phrase": "found", "about": 1 } }, "id": null });
        assert!(fault(phrase).contains("unknown variant `phrase`, expected `text`"), "phrases are the bots'");
    }
}
