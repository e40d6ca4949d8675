//! Subscriptions in the pubsub dialect.

use std::collections::{BTreeMap, BTreeSet};

use super::{InspectFault, InspectedHost, PrefixTraces, names, text_of};

/// The uses of a Redis that its subscriptions show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicTraces {
    /// Groups and channels with a subscriber, by prefix.
    pub by_prefix: BTreeMap<String, PrefixTraces>,
}

impl InspectedHost {
    /// Returns the subscriptions here. `sharded` selects SSUBSCRIBE.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn topic_traces(&self, sharded: bool) -> Result<TopicTraces, InspectFault> {
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

    /// Returns the number of connections that subscribe to `topic`. `sharded` selects SSUBSCRIBE.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn subscribers(&self, topic: &str, sharded: bool) -> Result<u64, InspectFault> {
        let question = if sharded { "SHARDNUMSUB" } else { "NUMSUB" };
        let (_, subscribers): (String, u64) = self.ask(redis::cmd("PUBSUB").arg(question).arg(topic)).await?;
        Ok(subscribers)
    }
}
