//! One direction of one connection.

use std::collections::VecDeque;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::Line;

/// How many reads a slow line holds. A line without delay holds one: a server must feel that its client does not read.
const SLOW_LINE_HOLDS: usize = 4096;

/// Bytes under way and when they came.
type UnderWay = VecDeque<(Instant, Vec<u8>)>;

/// Carries one direction until either end closes, what is under way then included.
pub(super) async fn carry<R, W>(from: &mut R, to: &mut W, mut orders: watch::Receiver<Line>)
where
    R: AsyncReadExt + Unpin,
    W: AsyncWriteExt + Unpin,
{
    let mut buffer = vec![0; 16 * 1024];
    let mut under_way = UnderWay::new();
    let mut ended = false;
    while !(ended && under_way.is_empty()) {
        let room = if orders.borrow().delay.is_zero() { 1 } else { SLOW_LINE_HOLDS };
        tokio::select! {
            read = from.read(&mut buffer), if !ended && under_way.len() < room => match read {
                Ok(read @ 1..) => under_way.push_back((Instant::now(), buffer[..read].to_vec())),
                Ok(0) | Err(_) => ended = true,
            },
            arrived = arrival(under_way.front().map(|(came, _)| *came), &mut orders) => {
                let Some((_, bytes)) = under_way.pop_front() else { return };
                if !arrived || to.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Waits until what `came` then is to be written; for ever where nothing is under way. `false` where nobody gives orders any
/// more.
async fn arrival(came: Option<Instant>, orders: &mut watch::Receiver<Line>) -> bool {
    let Some(came) = came else {
        return std::future::pending().await;
    };
    loop {
        let line = *orders.borrow_and_update();
        let due = came + line.delay;
        // A timer that is due already still takes up to a millisecond.
        if line.flowing && due <= Instant::now() {
            return true;
        }
        tokio::select! {
            biased;
            changed = orders.changed() => if changed.is_err() { return false },
            () = sleep_until(due), if line.flowing => return true,
        }
    }
}
