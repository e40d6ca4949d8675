//! What lies unread in the core dialect.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{InspectedHost, LookFault};

/// Keys in one question.
const BATCH: usize = 500;

/// The messages that nobody has read yet of one process, or of one general channel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backlog {
    /// The process's part of its channels' names, which ends in `!`; or the general channel's name.
    pub name: String,
    /// How many.
    pub unread: u64,
    /// When the oldest of them was sent, by its sender's clock; `None` where there is none.
    pub oldest: Option<SystemTime>,
}

impl InspectedHost {
    /// What lies unread under each of these names.
    ///
    /// # Errors
    /// [`LookFault`].
    pub async fn backlogs(&self, prefix: &str, names: &[String]) -> Result<Vec<Backlog>, LookFault> {
        let mut backlogs = Vec::with_capacity(names.len());
        for batch in names.chunks(BATCH) {
            let mut pipe = redis::pipe();
            for name in batch {
                let key = format!("{prefix}{name}");
                pipe.cmd("ZCARD").arg(&key);
                pipe.cmd("ZRANGE").arg(&key).arg(0).arg(0).arg("WITHSCORES");
            }
            // Card and oldest take turns, and a list of pairs is none of numbers: read as they come.
            let answers: Vec<redis::Value> = self.ask_all(&pipe).await?;
            for (name, answer) in batch.iter().zip(answers.chunks_exact(2)) {
                backlogs.push(backlog(name, answer)?);
            }
        }
        Ok(backlogs)
    }
}

fn backlog(name: &str, answer: &[redis::Value]) -> Result<Backlog, LookFault> {
    let odd = |fault: redis::ParsingError| LookFault::Failed(fault.to_string());
    let [unread, oldest] = answer else { return Err(LookFault::Failed("an answer is missing".to_owned())) };
    let oldest: Vec<(Vec<u8>, f64)> = redis::from_redis_value(oldest.clone()).map_err(odd)?;
    Ok(Backlog {
        name: name.to_owned(),
        unread: redis::from_redis_value(unread.clone()).map_err(odd)?,
        oldest: oldest.first().map(|(_, score)| time_of(*score)),
    })
}

/// The time that a score is, or 1970 where it is none: anybody may have written it.
pub(super) fn time_of(score: f64) -> SystemTime {
    Duration::try_from_secs_f64(score).ok().and_then(|since| UNIX_EPOCH.checked_add(since)).unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_that_is_no_time_is_long_ago() {
        assert_eq!(time_of(1.5), UNIX_EPOCH + Duration::from_millis(1_500));
        for rubbish in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(time_of(rubbish), UNIX_EPOCH);
        }
    }
}
