//! Bytes that wait for all clients of one worker thread together.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;

/// The bytes that wait for the clients of one worker thread. A frame counts once for all its clients, because it takes memory once. A
/// delivery touches nothing here unless other frames wait before it.
#[derive(Debug)]
pub(crate) struct Backlog {
    limit: usize,
    used: AtomicUsize,
    exceeded: Notify,
}

/// A frame's bytes, counted until the last client has taken them.
struct Counted {
    bytes: BytesMut,
    backlog: Arc<Backlog>,
}

impl Backlog {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, used: AtomicUsize::new(0), exceeded: Notify::new() })
    }

    /// Returns the same bytes, counted.
    pub(crate) fn count(self: &Arc<Self>, bytes: BytesMut) -> Bytes {
        self.add(bytes.len());
        Bytes::from_owner(Counted { bytes, backlog: Arc::clone(self) })
    }

    pub(crate) fn add(&self, bytes: usize) {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        if before <= self.limit && before + bytes > self.limit {
            self.exceeded.notify_one();
        }
    }

    pub(crate) fn remove(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Bytes that wait now.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// The bound.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn is_over(&self) -> bool {
        self.used() > self.limit
    }

    /// Whether the bytes are far enough below the bound that it is not exceeded again at once.
    pub(crate) fn has_room(&self) -> bool {
        self.used() <= self.limit / 4 * 3
    }

    /// Resolves when the bound was exceeded since the last call.
    pub(crate) async fn exceeded(&self) {
        self.exceeded.notified().await;
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.backlog.remove(self.bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn counts_a_frame_once_until_the_last_client_has_taken_it() {
        let backlog = Backlog::new(10);
        let frame = backlog.count(BytesMut::from(&b"12345678"[..]));
        let copies = vec![frame.clone(); 100];
        assert_eq!((backlog.used(), backlog.is_over()), (8, false));
        assert!(backlog.exceeded().now_or_never().is_none());
        let second = backlog.count(BytesMut::from(&b"123"[..]));
        assert!(backlog.is_over() && backlog.exceeded().now_or_never().is_some());
        drop((frame, copies, second));
        assert_eq!(backlog.used(), 0);
    }
}
