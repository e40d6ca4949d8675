//! The limits of clients' output buffers.

use std::{collections::HashMap, time::Duration};

use super::{InspectFault, InspectedHost};

/// The class of clients that a limit applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientClass {
    /// Clients with a subscription.
    PubSub,
    /// Clients without a subscription, except replicas.
    Normal,
}

/// A client whose output buffer exceeds this loses its connection. 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BufferLimit {
    /// Bytes that end the connection at once.
    pub hard: u64,
    /// Bytes that end the connection after `soft_for`.
    pub soft: u64,
    /// How long `soft` may be exceeded.
    pub soft_for: Duration,
}

impl InspectedHost {
    /// Returns the `client-output-buffer-limit` of a class.
    ///
    /// # Errors
    /// [`InspectFault`]. Many providers hide their configuration.
    pub async fn buffer_limit(&self, class: ClientClass) -> Result<BufferLimit, InspectFault> {
        const NAME: &str = "client-output-buffer-limit";
        let found: HashMap<String, String> = self.ask(redis::cmd("CONFIG").arg("GET").arg(NAME)).await?;
        let text = found.get(NAME).map(String::as_str).unwrap_or_default();
        limit(text, class).ok_or_else(|| InspectFault::Failed(format!("{NAME} is {text:?}")))
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
    fn reads_the_limit_of_each_class() {
        let text = "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60";
        let expected = BufferLimit { hard: 32 << 20, soft: 8 << 20, soft_for: Duration::from_secs(60) };
        assert_eq!(limit(text, ClientClass::PubSub), Some(expected));
        assert_eq!(limit(text, ClientClass::Normal).map(|limit| limit.hard), Some(0));
        assert_eq!(limit("pubsub 1 2", ClientClass::PubSub), None);
        assert_eq!(limit("", ClientClass::Normal), None);
    }
}
