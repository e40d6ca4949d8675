//! The messages between processes. Processes of neighbouring releases read them: fields are only added.

use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(super) enum FleetMessage {
    /// To the sender itself. `sent_us`: microseconds since its start.
    #[serde(rename = "fleet.echo")]
    Echo { sent_us: u64 },
    /// From one process with pages to all processes. `at`: Unix milliseconds, by the database's time.
    #[serde(rename = "fleet.canary")]
    Canary { from: Box<str>, at: i64 },
}
