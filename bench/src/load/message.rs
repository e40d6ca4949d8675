//! The content of a message.

use std::time::{Duration, Instant};

/// Bytes of each message's text.
const LENGTH: usize = 128;

/// The time since the benchmark began. Publisher and subscribers share it.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// Begins now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the beginning.
    pub fn now(self) -> Duration {
        self.0.elapsed()
    }
}

/// The head of a message's text: `@number:in_room:nanoseconds@`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The message's number, from 0.
    pub number: u64,
    /// Its number within its room, from 1.
    pub in_room: u64,
    /// When it was due, by the [`Clock`].
    pub due: Duration,
}

impl Stamp {
    /// The text of the message, 128 bytes.
    pub fn text(&self) -> String {
        let mut text = format!("@{}:{}:{}@", self.number, self.in_room, self.due.as_nanos());
        text.extend(std::iter::repeat_n('.', LENGTH.saturating_sub(text.len())));
        text
    }

    /// Finds the stamp in a frame's payload, in any text that a server wraps around it.
    pub fn find(payload: &[u8]) -> Option<Self> {
        let start = payload.iter().position(|&byte| byte == b'@')? + 1;
        let mut parts = [0u64; 3];
        let mut part = 0;
        for &byte in &payload[start..] {
            match byte {
                b'0'..=b'9' => parts[part] = parts[part].wrapping_mul(10).wrapping_add(u64::from(byte - b'0')),
                b':' if part < 2 => part += 1,
                b'@' if part == 2 => {
                    let [number, in_room, nanos] = parts;
                    return Some(Self { number, in_room, due: Duration::from_nanos(nanos) });
                }
                _ => return None,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_stamp_in_surrounding_text() {
        let stamp = Stamp { number: 7, in_room: 3, due: Duration::from_nanos(123_456_789) };
        let text = stamp.text();
        assert_eq!(text.len(), LENGTH);
        assert_eq!(Stamp::find(format!("42[\"message\",\"{text}\"]").as_bytes()), Some(stamp));
    }

    #[test]
    fn finds_no_stamp_in_other_text() {
        for payload in ["", "@", "@1:2", "@1:2:3", "@1:2:3:4@", "a@b.example@"] {
            assert_eq!(Stamp::find(payload.as_bytes()), None, "{payload}");
        }
    }
}
