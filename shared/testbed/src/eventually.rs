//! Polls a process that gives no event.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The pause between two polls: short compared with a server's start, long compared with one poll.
const AGAIN: Duration = Duration::from_millis(20);

/// Polls `condition` until it returns `Some`, and returns the value.
///
/// Use it only for changes in another process without an event. If there is an event, await the event.
///
/// # Panics
/// If the condition still returns `None` after `deadline`. The message names the caller's line.
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
