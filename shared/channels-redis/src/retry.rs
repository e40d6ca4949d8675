//! Topics that Redis has refused, and the time of the next attempt.

use std::{collections::HashSet, time::Duration};

use tokio::time::Instant;

use crate::subscriptions::Topic;

/// The first wait. It doubles until no topic is refused.
const FIRST: Duration = Duration::from_secs(1);

/// The refused topics. They share one retry time, so Redis is asked rarely however many they are.
#[derive(Debug, Default)]
pub(crate) struct Retry {
    topics: HashSet<Topic>,
    wait: Duration,
    due: Option<Instant>,
}

impl Retry {
    /// Adds topics that were refused at `now`. No wait is longer than `longest`.
    pub(crate) fn add(&mut self, topics: impl IntoIterator<Item = Topic>, now: Instant, longest: Duration) {
        self.topics.extend(topics);
        if self.topics.is_empty() {
            self.clear();
        } else if self.due.is_none() {
            self.wait = (2 * self.wait).max(FIRST).min(longest);
            self.due = Some(now + self.wait);
        }
    }

    /// The time of the next attempt.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Takes the topics that are to be retried at `now`.
    pub(crate) fn take_due(&mut self, now: Instant) -> HashSet<Topic> {
        match self.due {
            Some(due) if due <= now => {
                self.due = None;
                std::mem::take(&mut self.topics)
            }
            _ => HashSet::new(),
        }
    }

    /// Removes `topic`, since a caller retries it now or does not want it any more. Returns whether it was refused.
    pub(crate) fn take(&mut self, topic: &str) -> bool {
        self.topics.remove(topic)
    }

    pub(crate) fn contains(&self, topic: &str) -> bool {
        self.topics.contains(topic)
    }

    /// Removes all topics: a new connection sends everything again.
    pub(crate) fn clear(&mut self) -> HashSet<Topic> {
        std::mem::take(self).topics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(5);

    #[test]
    fn doubles_the_wait_until_no_topic_is_refused() {
        let (mut retry, mut now) = (Retry::default(), Instant::now());
        for seconds in [1, 2, 4, 5, 5] {
            retry.add([Topic::from("bad")], now, LONGEST);
            assert_eq!(retry.due(), Some(now + Duration::from_secs(seconds)));
            assert_eq!(retry.take_due(now), HashSet::new(), "not yet");
            now += Duration::from_secs(seconds);
            assert_eq!(retry.take_due(now), HashSet::from([Topic::from("bad")]));
        }
        retry.add([], now, LONGEST);
        retry.add([Topic::from("bad")], now, LONGEST);
        assert_eq!(retry.due(), Some(now + FIRST));
    }

    #[test]
    fn an_attempt_in_between_does_not_delay_the_next_one() {
        let (mut retry, now) = (Retry::default(), Instant::now());
        for _ in 0..3 {
            retry.add([Topic::from("bad")], now, LONGEST);
            assert!(retry.contains("bad") && retry.take("bad") && !retry.take("bad"));
        }
        retry.add([Topic::from("bad")], now, LONGEST);
        assert_eq!(retry.due(), Some(now + FIRST));
    }
}
