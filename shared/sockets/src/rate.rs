//! How many commands and control frames one client may send.

use std::{num::NonZeroU32, rc::Rc};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::{admission::Seat, limits::Limits};

/// Counts the frames of one client: on this socket, then on all sockets of its user and of its address.
pub(crate) struct Rate {
    limiter: DefaultDirectRateLimiter,
    seat: Rc<Seat>,
    refused: u32,
    patience: u32,
}

/// May this one be taken?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Yes,
    No,
    /// Not this one, and too many in a row were refused before it.
    Never,
}

impl Rate {
    pub(crate) fn new(limits: &Limits, seat: Rc<Seat>) -> Self {
        let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(limits.frames_per_second)).allow_burst(at_least_one(limits.frames_burst));
        Self { limiter: RateLimiter::direct(quota), seat, refused: 0, patience: limits.refusals }
    }

    /// Counts one frame. The socket's own rate comes first: a flood on one socket never reaches the table that all workers share.
    pub(crate) fn allows(&mut self) -> Verdict {
        if self.limiter.check().is_ok() && self.seat.allows_frame() {
            self.refused = 0;
            return Verdict::Yes;
        }
        self.refused += 1;
        if self.refused > self.patience { Verdict::Never } else { Verdict::No }
    }
}
