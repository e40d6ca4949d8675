//! Which keys of the core dialect there are.

use std::collections::BTreeMap;

use catamaran::ChannelName;

use super::{
    InspectedHost, LookFault,
    names::{self, Trace},
};

/// Keys that Redis looks at for one question, and how many questions are asked at most.
const STEP: usize = 500;
pub(super) const STEPS: usize = 200;
/// Of the channels that hold something unread, so many are named.
const NAMED: usize = 1_000;

/// How much there is with one prefix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrefixTraces {
    /// Groups with a member.
    pub groups: usize,
    /// Those of them that belong on another host, so that nobody who spreads names as we do looks for them here.
    pub misplaced: usize,
    /// In the core dialect: processes that have something unread. In the pubsub dialect: channels (Django) or processes (Cluster) that
    /// hear what is sent to them by name.
    pub processes: usize,
}

impl PrefixTraces {
    pub(super) fn count(&mut self, trace: Trace<'_>, is_at_home: bool) {
        match trace {
            Trace::Group { .. } => {
                self.groups += 1;
                self.misplaced += usize::from(!is_at_home);
            }
            Trace::Process { .. } => self.processes += 1,
        }
    }
}

/// What keys tell of those who use a Redis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyTraces {
    /// Groups and processes by prefix.
    pub by_prefix: BTreeMap<String, PrefixTraces>,
    /// Processes and general channels of the prefix that was asked for, with something unread.
    pub unread: Vec<String>,
    /// All keys have been looked at; otherwise the first 100,000.
    pub is_complete: bool,
}

impl KeyTraces {
    fn note(&mut self, key: &str, prefix: &str, is_home_of: impl Fn(&str) -> bool) {
        let trace = names::key(key);
        if let Some(trace) = trace {
            let is_at_home = matches!(trace, Trace::Group { group, .. } if is_home_of(group));
            self.by_prefix.entry(trace.prefix().to_owned()).or_default().count(trace, is_at_home);
        }
        if matches!(trace, Some(Trace::Group { .. })) || self.unread.len() >= NAMED {
            return;
        }
        let channel = key.strip_prefix(prefix).and_then(|name| ChannelName::parse(name).ok());
        self.unread.extend(channel.map(|name| name.as_str().to_owned()));
    }
}

impl InspectedHost {
    /// Which keys of the core dialect there are, and which of those with this `prefix` hold something unread. Looks at 100,000 keys at
    /// most, in small steps, so that a large Redis is not kept from its work.
    ///
    /// # Errors
    /// [`LookFault`].
    pub async fn key_traces(&self, prefix: &str) -> Result<KeyTraces, LookFault> {
        let mut traces = KeyTraces::default();
        let mut cursor = "0".to_owned();
        for _ in 0..STEPS {
            let scan = redis::cmd("SCAN").arg(&cursor).arg("COUNT").arg(STEP).arg("TYPE").arg("zset").take();
            let (next, keys): (String, Vec<Vec<u8>>) = self.ask(&scan).await?;
            for key in &keys {
                traces.note(&String::from_utf8_lossy(key), prefix, |group| self.is_home_of(group));
            }
            if next == "0" {
                traces.is_complete = true;
                break;
            }
            cursor = next;
        }
        Ok(traces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_counted_and_unread_channels_named() {
        let process = format!("specific.{}!", "0f".repeat(16));
        let mut traces = KeyTraces::default();
        for key in ["asgi:group:a", "asgi:group:b", "shop:group:a", "asgithumbnails", "asgithumbnails$inflight", "leaderboard"] {
            traces.note(key, "asgi", |group| group == "a");
        }
        traces.note(&format!("asgi{process}"), "asgi", |_| true);
        traces.note(&format!("shop{process}"), "asgi", |_| true);
        assert_eq!(traces.by_prefix["asgi"], PrefixTraces { groups: 2, misplaced: 1, processes: 1 });
        assert_eq!(traces.by_prefix["shop"], PrefixTraces { groups: 1, misplaced: 0, processes: 1 });
        assert_eq!(traces.unread, ["thumbnails".to_owned(), process]);
    }
}
