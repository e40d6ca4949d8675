//! How many commands and control frames one client may send.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::limits::Limits;

/// Counts one client's commands and control frames.
pub(crate) struct Rate {
    limiter: DefaultDirectRateLimiter,
    refused: u32,
    patience: u32,
}

/// May this one be taken?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Yes,
    No,
    /// Not this one, and the client has not listened for too long.
    Never,
}

impl Rate {
    pub(crate) fn new(limits: &Limits) -> Self {
        let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(limits.frames_per_second)).allow_burst(at_least_one(limits.frames_burst));
        Self { limiter: RateLimiter::direct(quota), refused: 0, patience: limits.refusals }
    }

    pub(crate) fn allows(&mut self) -> Verdict {
        if self.limiter.check().is_ok() {
            self.refused = 0;
            return Verdict::Yes;
        }
        self.refused += 1;
        if self.refused > self.patience { Verdict::Never } else { Verdict::No }
    }
}
