//! What Redis has refused, and when it is asked for it again.

use std::{collections::HashSet, time::Duration};

use tokio::time::Instant;

use crate::subscriptions::Topic;

/// The first wait. Each that follows is twice as long, until nothing is refused any more.
const FIRST: Duration = Duration::from_secs(1);

/// Topics that Redis has refused. One time to try again for all of them: however many are refused, Redis is asked rarely.
#[derive(Debug, Default)]
pub(crate) struct Postponed {
    topics: HashSet<Topic>,
    wait: Duration,
    due: Option<Instant>,
}

impl Postponed {
    /// These were refused `now`. No wait is longer than `longest`.
    pub(crate) fn add(&mut self, topics: impl IntoIterator<Item = Topic>, now: Instant, longest: Duration) {
        self.topics.extend(topics);
        if self.topics.is_empty() {
            self.clear();
        } else if self.due.is_none() {
            self.wait = (2 * self.wait).max(FIRST).min(longest);
            self.due = Some(now + self.wait);
        }
    }

    /// When to ask again.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// What is to be asked for again `now`.
    pub(crate) fn take_due(&mut self, now: Instant) -> HashSet<Topic> {
        match self.due {
            Some(due) if due <= now => {
                self.due = None;
                std::mem::take(&mut self.topics)
            }
            _ => HashSet::new(),
        }
    }

    /// Somebody asks for `topic` now, or nobody wants it any more. Was it refused?
    pub(crate) fn take(&mut self, topic: &str) -> bool {
        self.topics.remove(topic)
    }

    pub(crate) fn contains(&self, topic: &str) -> bool {
        self.topics.contains(topic)
    }

    /// On a new connection everything is asked for again.
    pub(crate) fn clear(&mut self) -> HashSet<Topic> {
        std::mem::take(self).topics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(5);

    #[test]
    fn each_wait_is_twice_as_long_until_nothing_is_refused() {
        let (mut postponed, mut now) = (Postponed::default(), Instant::now());
        for seconds in [1, 2, 4, 5, 5] {
            postponed.add([Topic::from("bad")], now, LONGEST);
            assert_eq!(postponed.due(), Some(now + Duration::from_secs(seconds)));
            assert_eq!(postponed.take_due(now), HashSet::new(), "not yet");
            now += Duration::from_secs(seconds);
            assert_eq!(postponed.take_due(now), HashSet::from([Topic::from("bad")]));
        }
        postponed.add([], now, LONGEST);
        postponed.add([Topic::from("bad")], now, LONGEST);
        assert_eq!(postponed.due(), Some(now + FIRST));
    }

    #[test]
    fn what_is_asked_for_in_between_puts_nothing_off() {
        let (mut postponed, now) = (Postponed::default(), Instant::now());
        for _ in 0..3 {
            postponed.add([Topic::from("bad")], now, LONGEST);
            assert!(postponed.contains("bad") && postponed.take("bad") && !postponed.take("bad"));
        }
        postponed.add([Topic::from("bad")], now, LONGEST);
        assert_eq!(postponed.due(), Some(now + FIRST));
    }
}
