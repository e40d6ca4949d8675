//! Frames in their order, mostly none or one.

use std::collections::VecDeque;

use bytes::Bytes;

/// A longer queue's room is given back when it is empty again.
const ROOM_KEPT: usize = 8;

/// Frames in their order. One that waits alone, as nearly all do, needs no memory of its own: thousands of sockets have nothing else to
/// touch when it comes and goes.
#[derive(Debug, Default)]
pub(crate) struct FrameQueue {
    /// `None` only where `rest` is empty too.
    first: Option<Bytes>,
    rest: VecDeque<Bytes>,
}

impl FrameQueue {
    pub(crate) fn push_back(&mut self, frame: Bytes) {
        if self.first.is_none() {
            self.first = Some(frame);
        } else {
            self.rest.push_back(frame);
        }
    }

    /// The next bytes, at most `max`; `true` where they end a frame. No frame is copied into the connection's buffer as a whole.
    pub(crate) fn pop_part(&mut self, max: usize) -> Option<(Bytes, bool)> {
        let first = self.first.as_mut()?;
        if first.len() > max {
            return Some((first.split_to(max), false));
        }
        self.pop_front().map(|frame| (frame, true))
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    /// Bytes of the first.
    pub(crate) fn first_len(&self) -> usize {
        self.first.as_ref().map_or(0, Bytes::len)
    }

    /// Forgets all but the first.
    pub(crate) fn keep_first(&mut self) {
        self.rest = VecDeque::new();
    }

    fn pop_front(&mut self) -> Option<Bytes> {
        let frame = self.first.take()?;
        if !self.rest.is_empty() {
            self.first = self.rest.pop_front();
            if self.rest.is_empty() && self.rest.capacity() > ROOM_KEPT {
                self.rest = VecDeque::new();
            }
        }
        Some(frame)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_keep_their_order_however_they_come_and_go() {
        let mut waiting = FrameQueue::default();
        let (mut pushed, mut popped) = (0u8, 0u8);
        for burst in [1, 1, 3, 20, 2] {
            for _ in 0..burst {
                waiting.push_back(Bytes::copy_from_slice(&[pushed]));
                pushed += 1;
            }
            for _ in 0..burst - burst / 2 {
                assert_eq!(waiting.pop_front().as_deref(), Some(&[popped][..]));
                popped += 1;
            }
        }
        while let Some(frame) = waiting.pop_front() {
            assert_eq!(frame[..], [popped]);
            popped += 1;
        }
        assert_eq!(popped, pushed);
        assert!(waiting.is_empty());
        assert!(waiting.rest.capacity() <= ROOM_KEPT);
    }
}
