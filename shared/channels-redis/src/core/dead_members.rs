//! Finds processes that were killed, by their unread messages.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A live process reads a message within milliseconds. If its oldest message is the same for this long, it is dead or frozen.
const DEAD_AFTER: Duration = Duration::from_secs(30);
/// The largest number of keys to watch. Further keys with unread messages are watched later.
const WATCHED: usize = 10_000;

/// The keys with unread messages: the oldest message, and since when this process has seen it there. Only this process's own clock
/// counts, since the senders' clocks may be wrong.
#[derive(Debug)]
pub(super) struct DeadMembers {
    stuck: Duration,
    unread: Mutex<HashMap<String, (String, Instant)>>,
}

impl DeadMembers {
    /// With a short expiry the same message cannot be seen for as long, so half the expiry is used.
    pub(super) fn new(expiry: Duration) -> Self {
        Self { stuck: DEAD_AFTER.min(expiry / 2), unread: Mutex::default() }
    }

    /// Returns whether `key` has held the same `oldest` message for too long. Call it after each message that is put there.
    pub(super) fn is_dead(&self, key: &str, oldest: Option<&str>, now: Instant) -> bool {
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
    fn a_member_is_dead_after_the_same_message_for_long_enough() {
        let (dead_members, start) = (DeadMembers::new(Duration::from_secs(60)), Instant::now());
        let at = |seconds, oldest| dead_members.is_dead("key", oldest, start + Duration::from_secs(seconds));
        assert!(!at(0, Some("1.5")) && !at(29, Some("1.5")));
        assert!(!at(40, Some("2.5")), "it has read a message meanwhile");
        assert!(!at(50, None) && !at(60, Some("2.5")), "it has read all messages");
        assert!(!at(89, Some("2.5")) && at(90, Some("2.5")));
        assert!(!at(91, Some("2.5")), "each death is reported once");
        let brief = DeadMembers::new(Duration::from_secs(10));
        assert!(!brief.is_dead("key", Some("1"), start) && brief.is_dead("key", Some("1"), start + Duration::from_secs(5)));
    }
}
