//! Forwards one direction of one connection.

use std::collections::VecDeque;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::Line;

/// The number of reads that a slow connection holds. Without a delay it holds one, so that a server notices a client that does not read.
const SLOW_LINE_HOLDS: usize = 4096;

/// Bytes in transit, with the times of their arrival.
type UnderWay = VecDeque<(Instant, Vec<u8>)>;

/// Forwards one direction until either end closes and all bytes in transit are forwarded.
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

/// Waits until bytes that arrived at `came` are to be written; for ever without such bytes. Returns `false` if the proxy was dropped.
async fn arrival(came: Option<Instant>, orders: &mut watch::Receiver<Line>) -> bool {
    let Some(came) = came else {
        return std::future::pending().await;
    };
    loop {
        let line = *orders.borrow_and_update();
        let due = came + line.delay;
        // Checked without a timer, since even an expired timer takes up to a millisecond.
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
