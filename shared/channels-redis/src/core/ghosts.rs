//! Processes that were killed: nobody reads what is put under their keys.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A process of ours reads a message within milliseconds. One whose oldest message has been the same for so long is gone, or asleep.
const STUCK: Duration = Duration::from_secs(30);
/// Keys that are watched at once. More unread ones than this, and the others are looked at later.
const WATCHED: usize = 10_000;

/// Which keys hold an unread message, which, and since when this process has seen it there. By this process's own clock alone: the
/// clocks of those who sent the messages may be wrong.
#[derive(Debug)]
pub(super) struct Ghosts {
    stuck: Duration,
    unread: Mutex<HashMap<String, (String, Instant)>>,
}

impl Ghosts {
    /// Where messages expire sooner, the same one cannot be seen for as long.
    pub(super) fn new(expiry: Duration) -> Self {
        Self { stuck: STUCK.min(expiry / 2), unread: Mutex::default() }
    }

    /// Has `key` held the same `oldest` message for long? To be asked each time something is put there.
    pub(super) fn is_one(&self, key: &str, oldest: Option<&str>, now: Instant) -> bool {
        let mut unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(oldest) = oldest else {
            unread.remove(key);
            return false;
        };
        if let Some((seen, since)) = unread.get(key)
            && seen == oldest
        {
            let is_stuck = now.duration_since(*since) >= self.stuck;
            if is_stuck {
                unread.remove(key);
            }
            return is_stuck;
        }
        if unread.len() >= WATCHED {
            unread.retain(|_, (_, since)| now.duration_since(*since) < 2 * self.stuck);
        }
        if unread.len() < WATCHED {
            unread.insert(key.to_owned(), (oldest.to_owned(), now));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_message_for_long_is_needed() {
        let (ghosts, start) = (Ghosts::new(Duration::from_secs(60)), Instant::now());
        let at = |seconds, oldest| ghosts.is_one("key", oldest, start + Duration::from_secs(seconds));
        assert!(!at(0, Some("1.5")) && !at(29, Some("1.5")));
        assert!(!at(40, Some("2.5")), "it has read one meanwhile");
        assert!(!at(50, None) && !at(60, Some("2.5")), "it has read them all");
        assert!(!at(89, Some("2.5")) && at(90, Some("2.5")));
        assert!(!at(91, Some("2.5")), "it was told once");
        let brief = Ghosts::new(Duration::from_secs(10));
        assert!(!brief.is_one("key", Some("1"), start) && brief.is_one("key", Some("1"), start + Duration::from_secs(5)));
    }
}
