//! Unread messages in the core dialect.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{InspectFault, InspectedHost};

/// Names in one query.
const BATCH: usize = 500;

/// The unread messages of one process, or of one general channel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backlog {
    /// The process's part of its channel names, which ends in `!`; or the general channel's name.
    pub name: String,
    /// The number of unread messages.
    pub unread: u64,
    /// When the oldest of them was sent, by its sender's clock; `None` if there is none.
    pub oldest: Option<SystemTime>,
}

impl InspectedHost {
    /// Returns the unread messages under each of these names.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn backlogs(&self, prefix: &str, names: &[String]) -> Result<Vec<Backlog>, InspectFault> {
        let mut backlogs = Vec::with_capacity(names.len());
        for batch in names.chunks(BATCH) {
            let mut pipe = redis::pipe();
            for name in batch {
                let key = format!("{prefix}{name}");
                pipe.cmd("ZCARD").arg(&key);
                pipe.cmd("ZRANGE").arg(&key).arg(0).arg(0).arg("WITHSCORES");
            }
            // Two kinds of answers alternate, so they are parsed one by one.
            let answers: Vec<redis::Value> = self.ask_all(&pipe).await?;
            for (name, answer) in batch.iter().zip(answers.chunks_exact(2)) {
                backlogs.push(backlog(name, answer)?);
            }
        }
        Ok(backlogs)
    }
}

fn backlog(name: &str, answer: &[redis::Value]) -> Result<Backlog, InspectFault> {
    let odd = |fault: redis::ParsingError| InspectFault::Failed(fault.to_string());
    let [unread, oldest] = answer else { return Err(InspectFault::Failed("an answer is missing".to_owned())) };
    let oldest: Vec<(Vec<u8>, f64)> = redis::from_redis_value(oldest.clone()).map_err(odd)?;
    Ok(Backlog {
        name: name.to_owned(),
        unread: redis::from_redis_value(unread.clone()).map_err(odd)?,
        oldest: oldest.first().map(|(_, score)| time_of(*score)),
    })
}

/// Returns the time of a score, or 1970 if it is not valid: any client may have written it.
pub(super) fn time_of(score: f64) -> SystemTime {
    Duration::try_from_secs_f64(score).ok().and_then(|since| UNIX_EPOCH.checked_add(since)).unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_score_is_1970() {
        assert_eq!(time_of(1.5), UNIX_EPOCH + Duration::from_millis(1_500));
        for rubbish in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(time_of(rubbish), UNIX_EPOCH);
        }
    }
}
