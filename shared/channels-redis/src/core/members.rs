//! The process's members: in each group that anybody here has joined, one, whose name says which group it is.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use catamaran::GroupName;

/// Which of this process's channel names stands for which group. A name is kept for as long as Redis may know it.
#[derive(Debug)]
pub(super) struct Members {
    stem: String,
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
    told: Instant,
}

impl Members {
    /// Names begin with `stem`, this process's own part of all its channels, which ends in `!`.
    pub(super) fn new(stem: &str) -> Self {
        Self { stem: stem.to_owned(), maps: RwLock::default() }
    }

    /// The name by which this process is a member of `group`, which Redis is told of `now`.
    pub(super) fn tell(&self, group: &str, now: Instant) -> Arc<str> {
        let mut maps = self.maps.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(member) = maps.by_group.get_mut(group) {
            member.told = now;
            return Arc::clone(&member.name);
        }
        maps.next += 1;
        let name: Arc<str> = format!("{}g{}", self.stem, maps.next).into(); // the registry's own names are digits
        let group: Arc<str> = group.into();
        maps.by_group.insert(Arc::clone(&group), Member { name: Arc::clone(&name), told: now });
        maps.by_name.insert(Arc::clone(&name), group);
        name
    }

    /// The name by which this process is a member of `group`, if it is.
    pub(super) fn name_of(&self, group: &str) -> Option<Arc<str>> {
        let maps = self.maps.read().unwrap_or_else(PoisonError::into_inner);
        maps.by_group.get(group).map(|member| Arc::clone(&member.name))
    }

    /// Has Redis not been told of `group` for `long`?
    pub(super) fn is_stale(&self, group: &GroupName, now: Instant, long: Duration) -> bool {
        let maps = self.maps.read().unwrap_or_else(PoisonError::into_inner);
        maps.by_group.get(group.as_str()).is_some_and(|member| now.duration_since(member.told) >= long)
    }

    /// The group that `name` stands for.
    pub(super) fn group_of(&self, name: &str) -> Option<Arc<str>> {
        self.maps.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned()
    }

    /// Nobody here is a member any more, and Redis has been told.
    pub(super) fn forget(&self, group: &str) {
        let mut maps = self.maps.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(member) = maps.by_group.remove(group) {
            maps.by_name.remove(&member.name);
        }
    }
}

/// Is `name` one that a process of ours gives its member of a group? Such a process reads what is sent to it within milliseconds, or is
/// gone; of a name that Django made nobody can tell.
pub(super) fn is_ours(name: &str) -> bool {
    name.split_once("!g").is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}
