//! Room for newcomers: where a worker holds nearly all the connections that it may, the oldest of those without a request ends.
//!
//! Connections that only wait (for a first head, for the rest of a head, for another request) cost a client nothing. Without this, as
//! many as the process has descriptors for would keep everybody out, health checks included.

use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::{Rc, Weak},
};

use channels::LogGate;

use crate::connection::Requests;

/// The connections of one worker, the oldest first.
pub(crate) struct Crowd {
    room: usize,
    open: RefCell<VecDeque<Weak<Requests>>>,
}

impl Crowd {
    /// A worker that holds up to `most` connections begins to make room at three quarters of them.
    pub(crate) fn new(most: usize) -> Rc<Self> {
        Rc::new(Self { room: (most / 4 * 3).max(1), open: RefCell::default() })
    }

    /// Counts a new connection, and ends an old one where there are too many.
    pub(crate) fn enter(&self, connection: &Rc<Requests>) {
        let mut open = self.open.borrow_mut();
        if open.len() >= self.room {
            open.retain(|connection| connection.strong_count() > 0);
        }
        if open.len() >= self.room {
            make_room(&mut open);
        }
        open.push_back(Rc::downgrade(connection));
    }
}

fn make_room(open: &mut VecDeque<Weak<Requests>>) {
    let waits = |connection: &Weak<Requests>| connection.upgrade().is_some_and(|connection| !connection.is_running());
    let oldest = open.iter().position(waits).and_then(|at| open.remove(at));
    if let Some(oldest) = oldest.and_then(|connection| connection.upgrade()) {
        oldest.end();
        static GATE: LogGate = LogGate::new();
        if let Some(more) = GATE.pass() {
            log::warn!("nearly all connections are taken: the oldest one without a request is closed to make room{more}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_the_oldest_connection_that_has_no_request() {
        let crowd = Crowd::new(4);
        let connections: Vec<Rc<Requests>> = (0..3).map(|_| Rc::default()).collect();
        connections.iter().for_each(|connection| crowd.enter(connection));
        let _running = connections[0].begin();
        let newcomers: Vec<Rc<Requests>> = (0..2).map(|_| Rc::default()).collect();
        newcomers.iter().for_each(|connection| crowd.enter(connection));
        let ended: Vec<bool> = connections.iter().chain(&newcomers).map(|connection| connection.has_ended()).collect();
        assert_eq!(ended, [false, true, true, false, false]);
    }

    #[test]
    fn closed_connections_take_no_room() {
        let crowd = Crowd::new(4);
        let kept: Vec<Rc<Requests>> = (0..2).map(|_| Rc::default()).collect();
        kept.iter().for_each(|connection| crowd.enter(connection));
        (0..100).for_each(|_| crowd.enter(&Rc::default()));
        assert!(kept.iter().all(|connection| !connection.has_ended()));
    }
}
