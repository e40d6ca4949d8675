//! The process's members: one for each group with a receiver in this process. The member's name identifies the group.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use catamaran::GroupName;

/// Maps this process's member names to groups. A name is kept as long as Redis may know it.
#[derive(Debug)]
pub(super) struct Members {
    own_prefix: String,
    maps: RwLock<Maps>,
}

#[derive(Debug, Default)]
struct Maps {
    next: u64,
    by_group: HashMap<Arc<str>, Member>,
    by_name: HashMap<Arc<str>, Arc<str>>,
}

#[derive(Debug)]
struct Member {
    name: Arc<str>,
    refreshed: Instant,
}

impl Members {
    /// Makes names that begin with `own_prefix`, the part of the process in all its channels, which ends in `!`.
    pub(super) fn new(own_prefix: &str) -> Self {
        Self { own_prefix: own_prefix.to_owned(), maps: RwLock::default() }
    }

    /// Returns this process's member name of `group`, and records that it is sent to Redis at `now`.
    pub(super) fn refresh(&self, group: &str, now: Instant) -> Arc<str> {
        let mut maps = self.maps.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(member) = maps.by_group.get_mut(group) {
            member.refreshed = now;
            return Arc::clone(&member.name);
        }
        maps.next += 1;
        let name: Arc<str> = format!("{}g{}", self.own_prefix, maps.next).into(); // the registry's own names end in digits only
        let group: Arc<str> = group.into();
        maps.by_group.insert(Arc::clone(&group), Member { name: Arc::clone(&name), refreshed: now });
        maps.by_name.insert(Arc::clone(&name), group);
        name
    }

    /// Returns this process's member name of `group`, if it is a member.
    pub(super) fn name_of(&self, group: &str) -> Option<Arc<str>> {
        let maps = self.maps.read().unwrap_or_else(PoisonError::into_inner);
        maps.by_group.get(group).map(|member| Arc::clone(&member.name))
    }

    /// Returns whether the membership of `group` was not sent to Redis for `long`.
    pub(super) fn is_stale(&self, group: &GroupName, now: Instant, long: Duration) -> bool {
        let maps = self.maps.read().unwrap_or_else(PoisonError::into_inner);
        maps.by_group.get(group.as_str()).is_some_and(|member| now.duration_since(member.refreshed) >= long)
    }

    /// Returns the group of a member name.
    pub(super) fn group_of(&self, name: &str) -> Option<Arc<str>> {
        self.maps.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned()
    }

    /// Removes `group`, after the process has left it and Redis knows.
    pub(super) fn forget(&self, group: &str) {
        let mut maps = self.maps.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(member) = maps.by_group.remove(group) {
            maps.by_name.remove(&member.name);
        }
    }
}

/// Returns whether a Catamaran process made this member name. Such a process reads its messages within milliseconds unless it is dead. For
/// names of Django this is unknown.
pub(super) fn is_ours(name: &str) -> bool {
    name.split_once("!g").is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}
