//! What can happen to Redis and to the way there. Each fault ends in a clear error to the sender or in recovery; who may have missed
//! something is told; nothing stays deaf, spins or grows.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod calm;
mod cluster;
mod fleet;
mod flushed;
mod general;
mod outages;
mod pubsub;
mod replica;
mod rest;
mod rights;
mod room;
mod sentinels;
mod slow;
mod strange;
mod tls;
mod traffic;
mod turned_away;
mod ways_in;

/// A module for each dialect with the tests that are named.
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
