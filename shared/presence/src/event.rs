//! The events of a group's presence.

use serde::{Deserialize, Serialize};

/// The event that [`GroupAnnouncer`](crate::GroupAnnouncer) sends to a group.
///
/// A consumer receives it by three variants in its own events:
///
/// ```
/// # use catamaran_presence::{Present, PresenceEvent};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(tag = "type")]
/// enum BoardEvent {
///     #[serde(rename = "card.moved")]
///     Moved { card: u64 },
///     #[serde(rename = "presence.joined")]
///     Joined(Present<String>),
///     #[serde(rename = "presence.changed")]
///     Renamed(Present<String>),
///     #[serde(rename = "presence.left")]
///     Left(Present<String>),
/// }
///
/// let sent = serde_json::to_string(&PresenceEvent::Joined { key: "7".into(), payload: "Ann" })?;
/// let Ok(BoardEvent::Joined(member)) = serde_json::from_str(&sent) else { panic!("{sent}") };
/// assert_eq!((member.key.as_str(), member.payload.as_str()), ("7", "Ann"));
/// assert_eq!(serde_json::to_string(&BoardEvent::Joined(member))?, sent);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum PresenceEvent<P> {
    /// A member came online.
    #[serde(rename = "presence.joined")]
    Joined {
        /// The member's key.
        key: String,
        /// The member's payload.
        payload: P,
    },
    /// A member went offline.
    #[serde(rename = "presence.left")]
    Left {
        /// The member's key.
        key: String,
        /// The member's last payload.
        payload: P,
    },
    /// A member that is online has another payload.
    #[serde(rename = "presence.changed")]
    Changed {
        /// The member's key.
        key: String,
        /// The new payload.
        payload: P,
    },
}
