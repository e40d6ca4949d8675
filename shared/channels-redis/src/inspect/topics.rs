//! Who subscribes to what, in the pubsub dialect.

use std::collections::{BTreeMap, BTreeSet};

use super::{InspectedHost, LookFault, PrefixTraces, names, text_of};

/// What subscriptions tell of those who use a Redis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicTraces {
    /// Groups and channels with a subscriber, by prefix.
    pub by_prefix: BTreeMap<String, PrefixTraces>,
}

impl InspectedHost {
    /// What is subscribed to here; `sharded` by SSUBSCRIBE.
    ///
    /// # Errors
    /// [`LookFault`].
    pub async fn topic_traces(&self, sharded: bool) -> Result<TopicTraces, LookFault> {
        let question = if sharded { "SHARDCHANNELS" } else { "CHANNELS" };
        let mut topics = BTreeSet::new();
        for pattern in names::topic_patterns() {
            let found = self.ask::<Vec<Vec<u8>>>(redis::cmd("PUBSUB").arg(question).arg(pattern)).await?;
            topics.extend(found.iter().map(|topic| text_of(topic)));
        }
        let mut traces = TopicTraces::default();
        for topic in &topics {
            if let Some(trace) = names::topic(topic) {
                let is_at_home = sharded || self.is_home_of(topic);
                traces.by_prefix.entry(trace.prefix().to_owned()).or_default().count(trace, is_at_home);
            }
        }
        Ok(traces)
    }

    /// How many connections subscribe to `topic`; `sharded` by SSUBSCRIBE.
    ///
    /// # Errors
    /// [`LookFault`].
    pub async fn subscribers(&self, topic: &str, sharded: bool) -> Result<u64, LookFault> {
        let question = if sharded { "SHARDNUMSUB" } else { "NUMSUB" };
        let (_, subscribers): (String, u64) = self.ask(redis::cmd("PUBSUB").arg(question).arg(topic)).await?;
        Ok(subscribers)
    }
}
