//! Faults of Redis and of the connection to it. Each fault ends in a clear error for the sender or in recovery. A receiver that may have
//! missed messages gets a gap. No process stays without messages, spins or grows.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod cluster;
mod connecting;
mod fleet;
mod flushed;
mod foreign_data;
mod general;
mod idle;
mod limits;
mod outages;
mod pubsub;
mod rejected;
mod replica;
mod resources;
mod rights;
mod sentinels;
mod slow;
mod tls;
mod traffic;

/// Makes a module for each dialect with the named tests.
macro_rules! both_dialects {
    ($($test:ident),+ $(,)?) => {
        mod core {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test($crate::fleet::Dialect::Core).await;
                }
            )+
        }
        mod pubsub {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test($crate::fleet::Dialect::PubSub).await;
                }
            )+
        }
    };
}
use both_dialects;
