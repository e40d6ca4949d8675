//! Which groups there are.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{InspectedHost, LookFault, names, text_of, traces::STEPS};

/// Keys that Redis looks at for one question, and names in one.
const STEP: usize = 500;

/// Groups that have a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Groups {
    /// How many members each has; in the pubsub dialect, how many connections subscribe to it. Bytes of a name that are no text stand as
    /// `\xff`.
    pub by_name: BTreeMap<String, u64>,
    /// All keys have been looked at; otherwise the first 100,000.
    pub is_complete: bool,
}

impl InspectedHost {
    /// The groups of the core dialect with this `prefix`. Those that joined longer than `expiry` before `now` are no members any more.
    ///
    /// # Errors
    /// [`LookFault`].
    pub async fn core_groups(&self, prefix: &str, expiry: Duration, now: SystemTime) -> Result<Groups, LookFault> {
        let stem = names::group_key(prefix, "");
        let mut groups = Groups::default();
        let mut cursor = "0".to_owned();
        for _ in 0..STEPS {
            let scan = redis::cmd("SCAN").arg(&cursor).arg("MATCH").arg(format!("{stem}*")).arg("COUNT").arg(STEP).take();
            let (next, keys): (String, Vec<Vec<u8>>) = self.ask(scan.clone().arg("TYPE").arg("zset")).await?;
            groups.by_name.extend(self.members_of(&stem, &keys, now.checked_sub(expiry)).await?);
            groups.is_complete = next == "0";
            if groups.is_complete {
                break;
            }
            cursor = next;
        }
        groups.by_name.retain(|_, members| *members > 0);
        Ok(groups)
    }

    async fn members_of(
        &self,
        stem: &str,
        keys: &[Vec<u8>],
        oldest: Option<SystemTime>,
    ) -> Result<Vec<(String, u64)>, LookFault> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let oldest = oldest.and_then(|oldest| oldest.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let mut pipe = redis::pipe();
        for key in keys {
            pipe.cmd("ZCOUNT").arg(key).arg(format!("({}", oldest.as_secs_f64())).arg("+inf");
        }
        let numbers: Vec<u64> = self.ask_all(&pipe).await?;
        let name = |key: &Vec<u8>| text_of(key.strip_prefix(stem.as_bytes()).unwrap_or(key));
        Ok(keys.iter().map(name).zip(numbers).collect())
    }

    /// The groups of the pubsub dialect with this `prefix` that a connection subscribes to here; `sharded` by SSUBSCRIBE.
    ///
    /// # Errors
    /// [`LookFault`].
    pub async fn subscribed_groups(&self, prefix: &str, sharded: bool) -> Result<Groups, LookFault> {
        let (list, number) = if sharded { ("SHARDCHANNELS", "SHARDNUMSUB") } else { ("CHANNELS", "NUMSUB") };
        let stem = names::group_topic(prefix, "");
        let pattern = if sharded { format!("*{stem}*") } else { format!("{stem}*") };
        let topics: BTreeSet<Vec<u8>> = self.ask(redis::cmd("PUBSUB").arg(list).arg(pattern)).await?;
        let mut groups = Groups { is_complete: true, ..Groups::default() };
        for batch in topics.into_iter().collect::<Vec<_>>().chunks(STEP) {
            let numbers: Vec<(Vec<u8>, u64)> = self.ask(redis::cmd("PUBSUB").arg(number).arg(batch)).await?;
            groups.by_name.extend(numbers.iter().filter_map(|(topic, number)| Some((group_of(topic, &stem)?, *number))));
        }
        Ok(groups)
    }
}

/// Without a hash tag in front, and without what stands in front of all groups.
fn group_of(topic: &[u8], stem: &str) -> Option<String> {
    let topic = text_of(topic);
    let name = match topic.strip_prefix('{') {
        Some(tagged) => tagged.split_once('}')?.1,
        None => &topic,
    };
    name.strip_prefix(stem).map(str::to_owned)
}
