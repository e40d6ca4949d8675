//! What a group is told.

use serde::{Deserialize, Serialize};

/// What [`GroupAnnouncer`](crate::GroupAnnouncer) sends to a group. A consumer whose events have these three variants hears them.
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
    /// A member who is online has another payload.
    #[serde(rename = "presence.changed")]
    Changed {
        /// The member's key.
        key: String,
        /// The new payload.
        payload: P,
    },
}
