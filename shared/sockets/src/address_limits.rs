//! Limits of one address and of one user.

use catamaran_boot::settings::{Parsed, Reader};

use crate::Limits;

/// The smallest total of all outboxes, in bytes: it holds a few of the largest messages.
const LEAST_OUTBOX_TOTAL: usize = 16 << 20;
/// The burst of frames, in seconds of the average rate.
pub(crate) const FRAMES_BURST: u32 = 3;
/// The largest value of a setting. It keeps sums far from overflowing.
const MOST: u32 = 10_000_000;

/// The limits of one address, of one user and of all clients together in one process.
///
/// The defaults let the 1,000 users of a school behind one address play. An IPv6 /64 counts as one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressLimits {
    /// `WS_MAX_SOCKETS_PER_ADDRESS`: open sockets of one address; default 2,000. Never more than half of the sockets that the
    /// process can hold.
    pub sockets_per_address: u32,
    /// `WS_MAX_SOCKETS_PER_USER`: open sockets of one user who has signed in; default 50.
    pub sockets_per_user: u32,
    /// `WS_HANDSHAKES_PER_ADDRESS`: handshakes of one address in a second, refused ones included; default 50. The burst is
    /// [`sockets_per_address`](Self::sockets_per_address): after a restart all clients come back at once.
    pub handshakes_per_address: u32,
    /// `WS_FRAMES_PER_USER`: frames in a second on all sockets of one user together, three times as many at once; default 40. Raised at the
    /// start to twice the rate that a path has of its own.
    pub frames_per_user: u32,
    /// `WS_FRAMES_PER_ADDRESS`: frames in a second on all sockets of one address together, three times as many at once; default
    /// 1,000.
    pub frames_per_address: u32,
    /// `WS_OUTBOX_TOTAL_BYTES`: bytes that may wait for all clients of the process together; default 64 MiB.
    pub outbox_total_bytes: usize,
}

impl Default for AddressLimits {
    fn default() -> Self {
        Self {
            sockets_per_address: 2_000,
            sockets_per_user: 50,
            handshakes_per_address: 50,
            frames_per_user: 40,
            frames_per_address: 1_000,
            outbox_total_bytes: 64 << 20,
        }
    }
}

impl AddressLimits {
    /// Returns these limits with a change: `AddressLimits::default().with(|limits| limits.sockets_per_user = 10)`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Returns these limits, with the rates of a user and an address raised to twice the highest rate in `own`. Only paths count whose rate
    /// is above that of `all` paths: such a rate is set on purpose, so a rate for all paths must not cut it without notice.
    pub(crate) fn covering(mut self, own: &[Limits], all: &Limits) -> Self {
        let is_faster = |own: &&Limits| own.frames_per_second > all.frames_per_second || own.frames_burst > all.frames_burst;
        let needed = |limits: &Limits| limits.frames_per_second.saturating_mul(2).max(limits.frames_burst.div_ceil(FRAMES_BURST));
        let needed = own.iter().filter(is_faster).map(needed).max().unwrap_or_default();
        for (variable, rate) in
            [("WS_FRAMES_PER_USER", &mut self.frames_per_user), ("WS_FRAMES_PER_ADDRESS", &mut self.frames_per_address)]
        {
            if *rate < needed {
                log::warn!(
                    "{variable} is {rate}, but {needed} is used on all paths, because a path has a higher rate of its own"
                );
                *rate = needed;
            }
        }
        self
    }

    /// Reads the `WS_…` variables.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let default = Self::default();
        let mut count = |variable, default| reader.parse(variable, parse_count).unwrap_or(default);
        Self {
            sockets_per_address: count("WS_MAX_SOCKETS_PER_ADDRESS", default.sockets_per_address),
            sockets_per_user: count("WS_MAX_SOCKETS_PER_USER", default.sockets_per_user),
            handshakes_per_address: count("WS_HANDSHAKES_PER_ADDRESS", default.handshakes_per_address),
            frames_per_user: count("WS_FRAMES_PER_USER", default.frames_per_user),
            frames_per_address: count("WS_FRAMES_PER_ADDRESS", default.frames_per_address),
            outbox_total_bytes: reader.parse("WS_OUTBOX_TOTAL_BYTES", parse_bytes).unwrap_or(default.outbox_total_bytes),
        }
    }
}

fn parse_count(text: &str) -> Parsed<u32> {
    match text.parse() {
        Ok(count @ 1..=MOST) => Ok(count),
        _ => Err(format!("a number from 1 to {MOST}")),
    }
}

fn parse_bytes(text: &str) -> Parsed<usize> {
    match text.parse() {
        Ok(bytes) if bytes >= LEAST_OUTBOX_TOTAL => Ok(bytes),
        _ => Err(format!("a number of bytes, at least {LEAST_OUTBOX_TOTAL}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(limits: AddressLimits) -> (u32, u32) {
        (limits.frames_per_user, limits.frames_per_address)
    }

    #[test]
    fn a_path_s_own_rate_raises_lower_rates_of_user_and_address() {
        let path =
            |per_second, burst| Limits::default().with(|own| (own.frames_per_second, own.frames_burst) = (per_second, burst));
        let covering = |own: &[Limits]| rates(AddressLimits::default().covering(own, &Limits::default()));
        assert_eq!(covering(&[]), (40, 1_000));
        assert_eq!(covering(&[path(10, 30)]), (40, 1_000), "a lower rate changes nothing");
        assert_eq!(covering(&[path(40, 120), path(30, 90)]), (80, 1_000));
        assert_eq!(covering(&[path(10, 400)]), (134, 1_000), "the burst counts too");
        assert_eq!(covering(&[path(600, 600)]), (1_200, 1_200));
    }

    #[test]
    fn a_path_that_only_takes_longer_messages_raises_no_rate() {
        let (own, all) = (Limits::default().with(|own| own.message_bytes = 1_000), Limits::default());
        let strict = AddressLimits::default().with(|limits| limits.frames_per_user = 10);
        assert_eq!(rates(strict.covering(&[own], &all)), (10, 1_000));
    }
}
