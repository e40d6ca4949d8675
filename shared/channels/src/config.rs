//! The settings of a layer, with the defaults of Django Channels.

use std::time::Duration;

use wildmatch::WildMatch;

use crate::{ChannelName, Clock, GroupName, HistoryLimits, HistoryRule, LayerError};

/// The settings of a layer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LayerConfig {
    /// The number of messages that may wait unread in one channel. 100, as in Django Channels.
    pub capacity: usize,
    /// Other capacities by pattern of the channel's name (`*` any text, `?` one character); the first match wins.
    pub channel_capacity: Vec<(String, usize)>,
    /// The bytes of messages that may wait unread in one channel. 64 MiB.
    pub capacity_bytes: usize,
    /// A message that waited longer than this is not delivered. 60 s.
    pub expiry: Duration,
    /// A membership that was not renewed for this long ends. 86,400 s (a day).
    pub group_expiry: Duration,
    /// The groups that keep a history, and its bounds; the first rule that matches wins. None. The same in all processes.
    pub history: Vec<HistoryRule>,
    /// The number of groups that may have a history at the same time. A further group removes the history that was not used for the longest
    /// time. 10,000. With several hosts, each holds its part of them.
    pub history_groups: usize,
    /// The prefix of every key that the layer uses in its backend. `asgi`.
    pub prefix: String,
    /// The source of the time.
    pub clock: Clock,
}

impl Default for LayerConfig {
    fn default() -> Self {
        Self {
            capacity: 100,
            channel_capacity: Vec::new(),
            capacity_bytes: 64 << 20,
            expiry: Duration::from_secs(60),
            group_expiry: Duration::from_secs(86_400),
            history: Vec::new(),
            history_groups: 10_000,
            prefix: "asgi".to_owned(),
            clock: Clock::system(),
        }
    }
}

impl LayerConfig {
    /// Returns these settings with a change: `LayerConfig::default().with(|config| config.capacity = 1_000)`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The number of messages that may wait in `channel`.
    pub fn capacity_of(&self, channel: &ChannelName) -> usize {
        self.capacity_of_name(channel.as_str())
    }

    /// Like [`capacity_of`](Self::capacity_of), for a name that came from the backend.
    pub fn capacity_of_name(&self, channel: &str) -> usize {
        let fits = |(pattern, _): &&(String, usize)| WildMatch::new(pattern).matches(channel);
        self.channel_capacity.iter().find(fits).map_or(self.capacity, |(_, capacity)| *capacity)
    }

    /// The bounds of the history of `group`; `None` if it keeps none.
    pub fn history_of(&self, group: &GroupName) -> Option<&HistoryLimits> {
        self.history.iter().find_map(|rule| rule.limits_of(group.as_str()))
    }

    /// Like [`history_of`](Self::history_of), for a query of the history.
    ///
    /// # Errors
    /// [`LayerError::NoHistory`] if `group` keeps none.
    pub fn require_history(&self, group: &GroupName) -> Result<&HistoryLimits, LayerError> {
        let none = || LayerError::NoHistory { group: group.clone(), why: "its name fits no pattern of the layer's history" };
        self.history_of(group).ok_or_else(none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_the_first_pattern_that_matches() {
        let config = LayerConfig {
            channel_capacity: vec![("specific.*!*".into(), 7), ("specific.*".into(), 8), ("http.?".into(), 9)],
            ..LayerConfig::default()
        };
        for (name, capacity) in [("specific.a!b", 7), ("specific.a", 8), ("http.x", 9), ("http.xy", 100)] {
            assert_eq!(config.capacity_of(&ChannelName::parse(name).unwrap()), capacity, "{name}");
        }
    }
}
