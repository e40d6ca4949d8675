//! Waiting for a foreign process that gives no event.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How often a condition is asked again. Short beside any server's start, long beside one question.
const AGAIN: Duration = Duration::from_millis(20);

/// Asks `condition` again and again until it answers `Some`, and returns what it answered.
///
/// Only for what happens in another process and is not announced to us. Where there is an event, await the event.
///
/// # Panics
/// Where `deadline` has passed and the condition still answers `None`; the message names the caller's line.
#[track_caller]
pub fn eventually<T, F, Fut>(deadline: Duration, mut condition: F) -> impl Future<Output = T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let caller = std::panic::Location::caller();
    async move {
        let end = Instant::now() + deadline;
        loop {
            if let Some(answer) = condition().await {
                return answer;
            }
            assert!(Instant::now() < end, "{caller}: still not so after {deadline:?}");
            sleep(AGAIN).await;
        }
    }
}
