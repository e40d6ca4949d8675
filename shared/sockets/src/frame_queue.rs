//! A queue of frames that usually holds none or one.

use std::collections::VecDeque;

use bytes::Bytes;

/// The capacity that an empty queue keeps.
const ROOM_KEPT: usize = 8;

/// A queue of frames. A frame that waits alone, as nearly all do, needs no allocation: a fan-out to thousands of sockets touches no other
/// memory.
#[derive(Debug, Default)]
pub(crate) struct FrameQueue {
    /// `None` only if `rest` is empty too.
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

    /// Takes the next bytes, at most `max`; `true` if they end a frame. So a large frame is not copied into the connection's buffer at once.
    #[inline] // once for each delivery
    pub(crate) fn pop_part(&mut self, max: usize) -> Option<(Bytes, bool)> {
        let first = self.first.as_mut()?;
        if first.len() > max {
            return Some((first.split_to(max), false));
        }
        let frame = self.first.take()?;
        if !self.rest.is_empty() {
            self.refill();
        }
        Some((frame, true))
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    /// Bytes of the first frame.
    pub(crate) fn first_len(&self) -> usize {
        self.first.as_ref().map_or(0, Bytes::len)
    }

    /// Drops all frames but the first.
    pub(crate) fn keep_first(&mut self) {
        self.rest = VecDeque::new();
    }

    #[cold]
    fn refill(&mut self) {
        self.first = self.rest.pop_front();
        if self.rest.is_empty() && self.rest.capacity() > ROOM_KEPT {
            self.rest = VecDeque::new();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order_of_frames() {
        let mut waiting = FrameQueue::default();
        let (mut pushed, mut popped) = (0u8, 0u8);
        for burst in [1, 1, 3, 20, 2] {
            for _ in 0..burst {
                waiting.push_back(Bytes::copy_from_slice(&[pushed]));
                pushed += 1;
            }
            for _ in 0..burst - burst / 2 {
                assert_eq!(waiting.pop_part(1), Some((Bytes::copy_from_slice(&[popped]), true)));
                popped += 1;
            }
        }
        while let Some((frame, true)) = waiting.pop_part(1) {
            assert_eq!(frame[..], [popped]);
            popped += 1;
        }
        assert_eq!(popped, pushed);
        assert!(waiting.is_empty());
        assert!(waiting.rest.capacity() <= ROOM_KEPT);
    }
}
