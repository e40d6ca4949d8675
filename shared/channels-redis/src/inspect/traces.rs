//! Keys of the core dialect.

use std::collections::BTreeMap;

use catamaran::ChannelName;

use super::{
    InspectFault, InspectedHost,
    names::{self, Trace},
};

/// Keys that Redis scans for one query, and the largest number of queries.
const STEP: usize = 500;
pub(super) const STEPS: usize = 200;
/// The largest number of channels with unread messages to return.
const NAMED: usize = 1_000;

/// The groups and processes of one prefix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrefixTraces {
    /// Groups with a member.
    pub groups: usize,
    /// Groups that belong on another host, so that no Catamaran process looks for them here.
    pub misplaced: usize,
    /// In the core dialect: processes with unread messages. In the pubsub dialect: channels (Django) or processes (Cluster) with a
    /// subscription.
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

/// The uses of a Redis that its keys show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyTraces {
    /// Groups and processes by prefix.
    pub by_prefix: BTreeMap<String, PrefixTraces>,
    /// Processes and general channels of the requested prefix with unread messages.
    pub unread: Vec<String>,
    /// Whether all keys were scanned. Otherwise only the first 100,000 were.
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
    /// Returns the keys of the core dialect, and the channels with this `prefix` that have unread messages. Scans at most 100,000 keys in
    /// small steps, so that a large Redis is not blocked.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn key_traces(&self, prefix: &str) -> Result<KeyTraces, InspectFault> {
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
    fn counts_keys_and_names_channels_with_unread_messages() {
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
