//! The ids of rooms by their codes. A room keeps its code for ever, and is never deleted.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use store::{RoomCode, RoomId};

/// More rooms than a process has open: beyond it all are forgotten and looked up again.
const MOST: usize = 20_000;

/// The ids that were looked up. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct RoomIds(Arc<Mutex<HashMap<RoomCode, RoomId>>>);

impl RoomIds {
    pub(crate) fn get(&self, code: &RoomCode) -> Option<RoomId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(code).copied()
    }

    pub(crate) fn put(&self, code: &RoomCode, room: RoomId) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ids.len() >= MOST {
            ids.clear();
        }
        ids.insert(code.clone(), room);
    }
}
