//! The rate of commands and control frames of one client.

use std::{num::NonZeroU32, rc::Rc};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::{admission::Permit, limits::Limits};

/// Counts the frames of one client: on this socket, then on all sockets of its user and of its address.
pub(crate) struct Rate {
    limiter: DefaultDirectRateLimiter,
    permit: Rc<Permit>,
    refused: u32,
    patience: u32,
}

/// Whether a frame is within the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Yes,
    No,
    /// It is not, and too many in a row were not before it.
    Never,
}

impl Rate {
    pub(crate) fn new(limits: &Limits, permit: Rc<Permit>) -> Self {
        let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(limits.frames_per_second)).allow_burst(at_least_one(limits.frames_burst));
        Self { limiter: RateLimiter::direct(quota), permit, refused: 0, patience: limits.refusals }
    }

    /// Counts one frame. The socket's own rate comes first: a flood on one socket never reaches the table that all workers share.
    pub(crate) fn allows(&mut self) -> Verdict {
        if self.limiter.check().is_ok() && self.permit.allows_frame() {
            self.refused = 0;
            return Verdict::Yes;
        }
        self.refused += 1;
        if self.refused > self.patience { Verdict::Never } else { Verdict::No }
    }
}
