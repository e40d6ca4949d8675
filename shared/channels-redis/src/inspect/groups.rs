//! The groups in Redis.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{InspectFault, InspectedHost, names, text_of, traces::STEPS};

/// Keys that Redis scans for one query, and names in one query.
const STEP: usize = 500;

/// Groups that have a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Groups {
    /// The number of members of each group; in the pubsub dialect, of connections that subscribe to it. Bytes that are not UTF-8 are shown
    /// as `\xff`.
    pub by_name: BTreeMap<String, u64>,
    /// Whether all keys were scanned. Otherwise only the first 100,000 were.
    pub is_complete: bool,
}

impl InspectedHost {
    /// Returns the groups of the core dialect with this `prefix`. Members that joined longer than `expiry` before `now` do not count.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn core_groups(&self, prefix: &str, expiry: Duration, now: SystemTime) -> Result<Groups, InspectFault> {
        let group_prefix = names::group_key(prefix, "");
        let mut groups = Groups::default();
        let mut cursor = "0".to_owned();
        for _ in 0..STEPS {
            let scan = redis::cmd("SCAN").arg(&cursor).arg("MATCH").arg(format!("{group_prefix}*")).arg("COUNT").arg(STEP).take();
            let (next, keys): (String, Vec<Vec<u8>>) = self.ask(scan.clone().arg("TYPE").arg("zset")).await?;
            groups.by_name.extend(self.members_of(&group_prefix, &keys, now.checked_sub(expiry)).await?);
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
        group_prefix: &str,
        keys: &[Vec<u8>],
        oldest: Option<SystemTime>,
    ) -> Result<Vec<(String, u64)>, InspectFault> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let oldest = oldest.and_then(|oldest| oldest.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let mut pipe = redis::pipe();
        for key in keys {
            pipe.cmd("ZCOUNT").arg(key).arg(format!("({}", oldest.as_secs_f64())).arg("+inf");
        }
        let numbers: Vec<u64> = self.ask_all(&pipe).await?;
        let name = |key: &Vec<u8>| text_of(key.strip_prefix(group_prefix.as_bytes()).unwrap_or(key));
        Ok(keys.iter().map(name).zip(numbers).collect())
    }

    /// Returns the groups of the pubsub dialect with this `prefix` that have a subscriber here. `sharded` selects SSUBSCRIBE.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn subscribed_groups(&self, prefix: &str, sharded: bool) -> Result<Groups, InspectFault> {
        let (list, number) = if sharded { ("SHARDCHANNELS", "SHARDNUMSUB") } else { ("CHANNELS", "NUMSUB") };
        let group_prefix = names::group_topic(prefix, "");
        let pattern = if sharded { format!("*{group_prefix}*") } else { format!("{group_prefix}*") };
        let topics: BTreeSet<Vec<u8>> = self.ask(redis::cmd("PUBSUB").arg(list).arg(pattern)).await?;
        let mut groups = Groups { is_complete: true, ..Groups::default() };
        for batch in topics.into_iter().collect::<Vec<_>>().chunks(STEP) {
            let numbers: Vec<(Vec<u8>, u64)> = self.ask(redis::cmd("PUBSUB").arg(number).arg(batch)).await?;
            groups.by_name.extend(numbers.iter().filter_map(|(topic, number)| Some((group_of(topic, &group_prefix)?, *number))));
        }
        Ok(groups)
    }
}

/// Returns the group's name, without the hash tag and the prefix of all groups.
fn group_of(topic: &[u8], group_prefix: &str) -> Option<String> {
    let topic = text_of(topic);
    let name = match topic.strip_prefix('{') {
        Some(tagged) => tagged.split_once('}')?.1,
        None => &topic,
    };
    name.strip_prefix(group_prefix).map(str::to_owned)
}
