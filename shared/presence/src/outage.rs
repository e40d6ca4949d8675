//! Logs an outage of the store at its beginning and at its end.

use crate::PresenceError;

/// Remembers whether the last call failed, so that an outage of an hour is two lines in the log.
pub(crate) struct Outage {
    /// The state while calls fail, as the log says it.
    state: &'static str,
    is_failing: bool,
}

impl Outage {
    pub(crate) fn new(state: &'static str) -> Self {
        Self { state, is_failing: false }
    }

    /// Logs the first failure, and the first success after it.
    pub(crate) fn report(&mut self, outcome: &Result<(), PresenceError>) {
        match outcome {
            Err(fault) if !self.is_failing => log::warn!("{}, trying again: {fault}", self.state),
            Ok(()) if self.is_failing => log::info!("the store of presence works again"),
            _ => {}
        }
        self.is_failing = outcome.is_err();
    }
}
