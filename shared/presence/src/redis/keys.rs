//! Names of keys, and of members in the hashes of a process.

use crate::{Entry, Member, ProcessId};

/// The keys of one deployment. All hold the same hash tag, so that a script may touch several.
pub(super) struct Keys(String);

impl Keys {
    pub(super) fn new(prefix: &str, tag: &str) -> Self {
        Self(format!("{prefix}.presence.{{{tag}}}."))
    }

    /// Process → the end of its lease.
    pub(super) fn leases(&self) -> String {
        format!("{}leases", self.0)
    }

    /// Process → when it was reaped.
    pub(super) fn reaped(&self) -> String {
        format!("{}reaped", self.0)
    }

    /// Member → payload: the members that a process has entered.
    pub(super) fn held(&self, process: ProcessId) -> String {
        format!("{}held.{process}", self.0)
    }

    /// Member → payload: the members that went offline with a reaped process and are not announced yet.
    pub(super) fn orphans(&self, process: ProcessId) -> String {
        format!("{}orphans.{process}", self.0)
    }

    /// Key → payload: the members of a group that are online.
    pub(super) fn online(&self, group: &str) -> String {
        format!("{}online.{group}", self.0)
    }

    /// Key → the processes through which it is online.
    pub(super) fn through(&self, group: &str) -> String {
        format!("{}through.{group}", self.0)
    }
}

/// A member's name in the hashes of a process. A group's name has no line break.
pub(super) fn name(member: &Member) -> String {
    format!("{}\n{}", member.group, member.key)
}

/// The entries of a process's hash.
pub(super) fn entries(found: Vec<(String, String)>) -> Vec<Entry> {
    let member = |(name, payload): (String, String)| {
        let (group, key) = name.split_once('\n')?;
        Some(Entry { member: Member::new(group, key), payload: payload.into() })
    };
    found.into_iter().filter_map(member).collect()
}
