//! The guard of a member's socket in a group.

use std::sync::Arc;

use serde::Serialize;

use crate::{Member, PresenceError, machine::Machine, presence::encoded};

/// A member's socket in a group. The member's socket leaves when this is dropped.
#[must_use = "dropping it is leaving"]
pub struct Here {
    machine: Arc<Machine>,
    member: Member,
    is_left: bool,
}

impl Here {
    pub(crate) fn new(machine: Arc<Machine>, member: Member) -> Self {
        Self { machine, member, is_left: false }
    }

    /// The group's name.
    pub fn group(&self) -> &str {
        &self.member.group
    }

    /// The member's key.
    pub fn key(&self) -> &str {
        &self.member.key
    }

    /// Gives the member another payload, on all of its sockets, and announces it. It runs in a task of its own and survives cancellation.
    ///
    /// # Errors
    /// The payload cannot be used, or the store did not take it.
    pub async fn update<P: Serialize + ?Sized>(&self, payload: &P) -> Result<(), PresenceError> {
        let (machine, member, payload) = (Arc::clone(&self.machine), self.member.clone(), encoded(payload)?);
        self.machine.carry_out(async move { machine.update(&member, payload).await }).await
    }

    /// Leaves, and waits for the announcement. A change that the store does not take now is written later.
    pub async fn leave(mut self) {
        self.is_left = true;
        let (machine, member) = (Arc::clone(&self.machine), self.member.clone());
        self.machine.carry_out(async move { machine.leave(&member).await }).await;
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        if !self.is_left {
            let (machine, member) = (Arc::clone(&self.machine), self.member.clone());
            self.machine.spawn(async move { machine.leave(&member).await });
        }
    }
}
