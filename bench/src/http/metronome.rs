//! Beats at a fixed rate, exact to some ten microseconds: tokio's own timer goes by whole milliseconds, which is longer than most answers
//! take.

use std::{
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rustix::{
    io::Errno,
    time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime},
};
use tokio::io::unix::AsyncFd;

pub(super) struct Metronome {
    timer: AsyncFd<OwnedFd>,
    begun: Instant,
    interval: Duration,
    beats: u32,
}

impl Metronome {
    /// Beats from one interval after now.
    ///
    /// # Errors
    /// The system refuses the timer.
    pub(super) fn start(per_second: f64) -> anyhow::Result<Self> {
        let interval = Duration::try_from_secs_f64(per_second.recip()).context("a rate is a positive number")?;
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        let spec = interval.try_into()?;
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &Itimerspec { it_interval: spec, it_value: spec })?;
        Ok(Self { timer: AsyncFd::new(timer)?, begun: Instant::now(), interval, beats: 0 })
    }

    /// Waits for a beat. How many there were since the last call: each is answered with its own time by [`due`](Self::due).
    pub(super) async fn beat(&mut self) -> anyhow::Result<u32> {
        loop {
            let mut ready = self.timer.readable().await?;
            let mut count = [0; 8];
            match rustix::io::read(self.timer.get_ref(), &mut count) {
                Ok(_) => return Ok(u32::try_from(u64::from_ne_bytes(count))?),
                Err(Errno::AGAIN) => ready.clear_ready(),
                Err(fault) => return Err(fault.into()),
            }
        }
    }

    /// When the next beat was due, that was not asked for yet.
    pub(super) fn due(&mut self) -> Instant {
        self.beats += 1;
        self.begun + self.interval * self.beats
    }
}
