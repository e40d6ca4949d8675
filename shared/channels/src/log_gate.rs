//! Lines that outsiders or an outage can cause by the thousand.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often one kind of line may be written.
const EVERY: Duration = Duration::from_secs(10);

/// Lets one line in ten seconds through and counts the others. For a `static` beside the line.
#[derive(Debug)]
pub struct LogGate(Mutex<Gate>);

#[derive(Debug)]
struct Gate {
    opened: Option<Instant>,
    held_back: u64,
}

/// How many lines were held back before this one; nothing where none was.
#[derive(Debug, PartialEq, Eq)]
pub struct HeldBack(u64);

impl LogGate {
    /// A gate that lets the first line through.
    #[expect(clippy::new_without_default, reason = "it stands in statics, where Default cannot be called")]
    pub const fn new() -> Self {
        Self(Mutex::new(Gate { opened: None, held_back: 0 }))
    }

    /// `Some` where the line may be written: put it at the line's end.
    pub fn pass(&self) -> Option<HeldBack> {
        self.pass_at(Instant::now())
    }

    fn pass_at(&self, now: Instant) -> Option<HeldBack> {
        let mut gate = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if gate.opened.is_some_and(|opened| now.duration_since(opened) < EVERY) {
            gate.held_back += 1;
            return None;
        }
        gate.opened = Some(now);
        Some(HeldBack(std::mem::take(&mut gate.held_back)))
    }
}

impl fmt::Display for HeldBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(f, " (and {} more like this)", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_in_ten_seconds() {
        let (gate, start) = (LogGate::new(), Instant::now());
        let at = |seconds| gate.pass_at(start + Duration::from_secs(seconds)).map(|held_back| held_back.to_string());
        assert_eq!(at(0).as_deref(), Some(""));
        assert_eq!((at(1), at(9)), (None, None));
        assert_eq!(at(10).as_deref(), Some(" (and 2 more like this)"));
    }
}
