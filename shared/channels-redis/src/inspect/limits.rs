//! How much a server keeps for a client that does not read.

use std::{collections::HashMap, time::Duration};

use super::{InspectedHost, LookFault};

/// Which clients a limit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientClass {
    /// Those that have subscribed to something.
    PubSub,
    /// Those that have not, replicas apart.
    Normal,
}

/// A client for which more than this is kept loses its connection. 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BufferLimit {
    /// Bytes, at once.
    pub hard: u64,
    /// Bytes, for as long as `soft_for`.
    pub soft: u64,
    /// How long.
    pub soft_for: Duration,
}

impl InspectedHost {
    /// What `client-output-buffer-limit` says of a class.
    ///
    /// # Errors
    /// [`LookFault`]; many providers do not tell their configuration.
    pub async fn buffer_limit(&self, class: ClientClass) -> Result<BufferLimit, LookFault> {
        const NAME: &str = "client-output-buffer-limit";
        let found: HashMap<String, String> = self.ask(redis::cmd("CONFIG").arg("GET").arg(NAME)).await?;
        let text = found.get(NAME).map(String::as_str).unwrap_or_default();
        limit(text, class).ok_or_else(|| LookFault::Failed(format!("{NAME} is {text:?}")))
    }
}

/// `normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60`
fn limit(text: &str, class: ClientClass) -> Option<BufferLimit> {
    let wanted = match class {
        ClientClass::PubSub => "pubsub",
        ClientClass::Normal => "normal",
    };
    let mut numbers = text.split_whitespace().skip_while(|word| *word != wanted).skip(1).map(|word| word.parse().ok());
    let mut next = || numbers.next().flatten();
    Some(BufferLimit { hard: next()?, soft: next()?, soft_for: Duration::from_secs(next()?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read() {
        let text = "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60";
        let expected = BufferLimit { hard: 32 << 20, soft: 8 << 20, soft_for: Duration::from_secs(60) };
        assert_eq!(limit(text, ClientClass::PubSub), Some(expected));
        assert_eq!(limit(text, ClientClass::Normal).map(|limit| limit.hard), Some(0));
        assert_eq!(limit("pubsub 1 2", ClientClass::PubSub), None);
        assert_eq!(limit("", ClientClass::Normal), None);
    }
}
