//! The rules of [`LeaseStore`] as tests. A store runs them all:
//!
//! ```
//! use catamaran_presence::{MemoryLeases, conformance::Deployment};
//!
//! async fn in_memory() -> Deployment {
//!     let store = MemoryLeases::new();
//!     Deployment::new(store.clone(), store)
//! }
//!
//! catamaran_presence::conformance_suite!(in_memory);
//! ```

#![expect(clippy::unwrap_used, reason = "these are tests, though other crates run them")]

use std::{any::Any, sync::Arc};

use futures_util::future::join;

use crate::{Entered, Entry, LeaseStore, Member, ProcessId, Renewal, Timestamp};

/// One store, as two processes see it.
pub struct Deployment {
    /// One process's store.
    pub here: Arc<dyn LeaseStore>,
    /// The other process's store; the same one for a store in memory.
    pub there: Arc<dyn LeaseStore>,
    /// Two groups that the store knows.
    pub groups: [String; 2],
    /// Five members that may be in both groups, in the order of their keys.
    pub keys: [String; 5],
    /// Values that must live as long as both stores.
    pub keep: Box<dyn Any>,
}

impl Deployment {
    /// A store that takes any group and any key.
    pub fn new(here: impl LeaseStore, there: impl LeaseStore) -> Self {
        Self {
            here: Arc::new(here),
            there: Arc::new(there),
            groups: ["deck.1", "deck.12"].map(str::to_owned),
            keys: ["1", "12", "Ann", "a\nb", "밥"].map(str::to_owned),
            keep: Box::new(()),
        }
    }

    fn member(&self, group: usize, key: usize) -> Member {
        Member::new(self.groups[group].as_str(), self.keys[key].as_str())
    }

    async fn process(&self) -> ProcessId {
        let process = ProcessId::random();
        assert_eq!(self.here.renew(process, NOW, NOW + LEASE).await.unwrap(), Renewal::Taken);
        process
    }

    async fn online(&self, group: usize) -> Vec<String> {
        let listed = self.there.list(&self.groups[group]).await.unwrap();
        for Entry { member, payload } in &listed {
            assert_eq!(*member.group, *self.groups[group]);
            assert_eq!(self.here.find(member).await.unwrap().as_ref(), Some(payload), "what is listed is found");
        }
        listed.into_iter().map(|entry| entry.member.key.to_string()).collect()
    }

    /// Reaps this process alone, from the other side, and returns its orphans.
    async fn orphans_of(&self, process: ProcessId) -> Vec<Member> {
        let mut gone: Vec<_> = self.there.orphans(process, 100).await.unwrap().into_iter().map(|orphan| orphan.member).collect();
        gone.sort();
        gone
    }
}

const NOW: Timestamp = 1_800_000_000_000;
const LEASE: Timestamp = 15_000;
const NOBODY: [&str; 0] = [];
const NULL: &str = "null";

/// Runs every rule against a store. `$deploy` is an `async fn() -> Deployment`: a new, empty store.
#[macro_export]
macro_rules! conformance_suite {
    ($deploy:expr) => {
        $crate::conformance_suite!(@each $deploy;
            rule_01_a_member_is_online_from_the_first_entry_to_the_last_leave, rule_02_a_member_counts_once_over_processes,
            rule_03_groups_and_keys_do_not_mix, rule_04_the_last_payload_is_the_members, rule_05_a_lease_is_taken_and_held,
            rule_06_an_entry_needs_a_lease, rule_07_a_lease_that_ran_out_counts_until_it_is_reaped,
            rule_08_one_of_many_reaps_each_lease, rule_09_orphans_stay_until_they_are_forgotten,
            rule_10_orphans_come_in_portions, rule_11_an_abandoned_lease_is_taken_over,
            rule_12_a_member_who_is_here_through_another_process_is_no_orphan, rule_13_a_reaped_process_takes_a_new_lease,
            rule_14_a_released_lease_leaves_orphans, rule_15_held_is_what_was_entered_and_not_left,
            rule_16_of_two_processes_at_once_one_joins_and_one_leaves, rule_17_an_entry_during_a_release_ends_online);
    };
    (@each $deploy:expr; $($rule:ident),+) => {
        $(
            #[tokio::test]
            async fn $rule() {
                $crate::conformance::$rule($deploy().await).await;
            }
        )+
    };
}

/// Entering again is no error; so is leaving again.
pub async fn rule_01_a_member_is_online_from_the_first_entry_to_the_last_leave(deployment: Deployment) {
    let (store, ann, process) = (&deployment.here, deployment.member(0, 2), deployment.process().await);
    assert_eq!(store.find(&ann).await.unwrap(), None);
    assert_eq!(store.enter(process, &ann, NULL).await.unwrap(), Entered::Joined);
    assert_eq!(store.enter(process, &ann, NULL).await.unwrap(), Entered::Same);
    assert_eq!(deployment.online(0).await, [&*ann.key]);
    assert!(store.leave(process, &ann).await.unwrap());
    assert!(!store.leave(process, &ann).await.unwrap());
    assert_eq!(deployment.online(0).await, NOBODY);
    assert_eq!(store.find(&ann).await.unwrap(), None);
}

/// Online at the first process's entry, offline at the last one's leave.
pub async fn rule_02_a_member_counts_once_over_processes(deployment: Deployment) {
    let ann = deployment.member(0, 2);
    let (first, second) = (deployment.process().await, deployment.process().await);
    assert_eq!(deployment.here.enter(first, &ann, NULL).await.unwrap(), Entered::Joined);
    assert_eq!(deployment.there.enter(second, &ann, NULL).await.unwrap(), Entered::Same);
    assert_eq!(deployment.online(0).await, [&*ann.key]);
    assert!(!deployment.here.leave(first, &ann).await.unwrap());
    assert_eq!(deployment.online(0).await, [&*ann.key]);
    assert!(deployment.there.leave(second, &ann).await.unwrap());
    assert_eq!(deployment.online(0).await, NOBODY);
}

/// A list has its own group's members, in the order of their keys.
pub async fn rule_03_groups_and_keys_do_not_mix(deployment: Deployment) {
    let process = deployment.process().await;
    for (group, key) in [(0, 4), (0, 0), (1, 1), (0, 3), (1, 0)] {
        deployment.here.enter(process, &deployment.member(group, key), NULL).await.unwrap();
    }
    let names = |keys: &[usize]| keys.iter().map(|key| deployment.keys[*key].clone()).collect::<Vec<_>>();
    assert_eq!(deployment.online(0).await, names(&[0, 3, 4]));
    assert_eq!(deployment.online(1).await, names(&[0, 1]));
    assert!(deployment.here.leave(process, &deployment.member(0, 0)).await.unwrap());
    assert_eq!(deployment.online(0).await, names(&[3, 4]));
    assert_eq!(deployment.online(1).await, names(&[0, 1]));
}

/// It does not matter which process wrote it.
pub async fn rule_04_the_last_payload_is_the_members(deployment: Deployment) {
    let ann = deployment.member(0, 2);
    let (first, second) = (deployment.process().await, deployment.process().await);
    let (red, blue) = (r#"{"color":"red"}"#, r#"{"color":"파랑 \"'{}\\n"}"#);
    assert_eq!(deployment.here.enter(first, &ann, red).await.unwrap(), Entered::Joined);
    assert_eq!(deployment.there.enter(second, &ann, blue).await.unwrap(), Entered::Changed);
    assert_eq!(deployment.here.find(&ann).await.unwrap().as_deref(), Some(blue));
    assert!(!deployment.there.leave(second, &ann).await.unwrap());
    assert_eq!(deployment.here.list(&deployment.groups[0]).await.unwrap()[0].payload.as_ref(), blue);
    assert_eq!(deployment.here.enter(first, &ann, red).await.unwrap(), Entered::Changed);
    assert_eq!(deployment.there.find(&ann).await.unwrap().as_deref(), Some(red));
    assert_eq!(deployment.here.held(first, NOW).await.unwrap()[0].payload.as_ref(), red);
}

/// A renewal that comes late is in time where no process has reaped the lease.
pub async fn rule_05_a_lease_is_taken_and_held(deployment: Deployment) {
    let (ann, process) = (deployment.member(0, 2), deployment.process().await);
    assert_eq!(deployment.there.renew(process, NOW + 1, NOW + 1 + LEASE).await.unwrap(), Renewal::Held);
    deployment.here.enter(process, &ann, NULL).await.unwrap();
    let late = NOW + 10 * LEASE;
    assert_eq!(deployment.here.renew(process, late, late + LEASE).await.unwrap(), Renewal::Held);
    assert_eq!(deployment.there.reap(late, late - LEASE).await.unwrap(), []);
    assert_eq!(deployment.online(0).await, [&*ann.key]);
}

/// An entry without one is no error, and nothing counts.
pub async fn rule_06_an_entry_needs_a_lease(deployment: Deployment) {
    let (store, ann, never) = (&deployment.here, deployment.member(0, 2), ProcessId::random());
    assert_eq!(store.enter(never, &ann, NULL).await.unwrap(), Entered::Unleased);
    assert!(!store.leave(never, &ann).await.unwrap());
    let reaped = deployment.process().await;
    assert_eq!(store.reap(NOW + LEASE, NOW).await.unwrap(), [reaped]);
    assert_eq!(store.enter(reaped, &ann, NULL).await.unwrap(), Entered::Unleased);
    assert_eq!(deployment.online(0).await, NOBODY);
    assert_eq!(store.find(&ann).await.unwrap(), None);
}

/// After an outage of the store all leases have run out, but no member has left.
pub async fn rule_07_a_lease_that_ran_out_counts_until_it_is_reaped(deployment: Deployment) {
    let (ann, process) = (deployment.member(0, 2), deployment.process().await);
    deployment.here.enter(process, &ann, NULL).await.unwrap();
    assert_eq!(deployment.there.reap(NOW + LEASE - 1, NOW - 1).await.unwrap(), [], "it has not run out yet");
    assert_eq!(deployment.there.orphans(process, 10).await.unwrap(), []);
    assert_eq!(deployment.online(0).await, [&*ann.key]);
    assert_eq!(deployment.there.reap(NOW + LEASE, NOW).await.unwrap(), [process]);
    assert_eq!(deployment.orphans_of(process).await, [ann]);
    assert_eq!(deployment.online(0).await, NOBODY);
}

/// Two processes reap at the same time.
pub async fn rule_08_one_of_many_reaps_each_lease(deployment: Deployment) {
    for _ in 0..10 {
        let (first, second) = (deployment.process().await, deployment.process().await);
        let (here, there) = join(deployment.here.reap(NOW + LEASE, NOW), deployment.there.reap(NOW + LEASE, NOW)).await;
        let mut reaped = [here.unwrap(), there.unwrap()].concat();
        reaped.sort();
        let mut expected = [first, second];
        expected.sort();
        assert_eq!(reaped, expected);
    }
}

/// A process that announces them may die while it does.
pub async fn rule_09_orphans_stay_until_they_are_forgotten(deployment: Deployment) {
    let (ann, process) = (deployment.member(0, 2), deployment.process().await);
    deployment.here.enter(process, &ann, r#""red""#).await.unwrap();
    deployment.here.reap(NOW + LEASE, NOW).await.unwrap();
    for store in [&deployment.here, &deployment.there, &deployment.here] {
        let orphans = store.orphans(process, 10).await.unwrap();
        assert_eq!(orphans, [Entry { member: ann.clone(), payload: r#""red""#.into() }]);
    }
    let orphans = deployment.there.orphans(process, 10).await.unwrap();
    deployment.there.forget(process, &orphans).await.unwrap();
    assert_eq!(deployment.here.orphans(process, 10).await.unwrap(), []);
    let later = NOW + 9 * LEASE;
    assert_eq!(deployment.here.reap(later, later).await.unwrap(), [], "the lease is finished");
}

/// A process may have more members than fit into memory at once.
pub async fn rule_10_orphans_come_in_portions(deployment: Deployment) {
    let process = deployment.process().await;
    for (group, key) in [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 0), (1, 4)] {
        deployment.here.enter(process, &deployment.member(group, key), NULL).await.unwrap();
    }
    deployment.here.reap(NOW + LEASE, NOW).await.unwrap();
    let (mut gone, mut portions) = (Vec::new(), 0);
    loop {
        let portion = deployment.there.orphans(process, 2).await.unwrap();
        if portion.is_empty() {
            break;
        }
        portions += 1;
        deployment.there.forget(process, &portion).await.unwrap();
        gone.extend(portion);
    }
    gone.sort();
    gone.dedup();
    assert_eq!(gone.len(), 7);
    assert!(portions > 1, "{portions}");
    assert_eq!((deployment.online(0).await.len(), deployment.online(1).await.len()), (0, 0));
}

/// The process that announced the orphans has died.
pub async fn rule_11_an_abandoned_lease_is_taken_over(deployment: Deployment) {
    let (ann, process) = (deployment.member(0, 2), deployment.process().await);
    deployment.here.enter(process, &ann, NULL).await.unwrap();
    let reaped = NOW + LEASE;
    deployment.here.reap(reaped, NOW).await.unwrap();
    deployment.here.orphans(process, 10).await.unwrap();
    assert_eq!(deployment.there.reap(reaped + 1, reaped - 1).await.unwrap(), [], "its announcer may be busy");
    assert_eq!(deployment.there.reap(reaped + LEASE, reaped).await.unwrap(), [process]);
    assert_eq!(deployment.here.reap(reaped + LEASE, reaped).await.unwrap(), [], "it has another announcer");
    assert_eq!(deployment.orphans_of(process).await, [ann]);
}

/// It counts as online through any process that is not reaped.
pub async fn rule_12_a_member_who_is_here_through_another_process_is_no_orphan(deployment: Deployment) {
    let (ann, bob) = (deployment.member(0, 2), deployment.member(0, 0));
    let (dead, alive) = (deployment.process().await, deployment.process().await);
    for member in [&ann, &bob] {
        deployment.here.enter(dead, member, NULL).await.unwrap();
    }
    deployment.there.enter(alive, &ann, NULL).await.unwrap();
    deployment.there.renew(alive, NOW + 1, NOW + 9 * LEASE).await.unwrap();
    assert_eq!(deployment.there.reap(NOW + LEASE, NOW).await.unwrap(), [dead]);
    assert_eq!(deployment.orphans_of(dead).await, [bob]);
    assert_eq!(deployment.online(0).await, [&*ann.key]);
    assert!(deployment.there.leave(alive, &ann).await.unwrap());
}

/// The members that it had entered before are gone, and are not announced any more.
pub async fn rule_13_a_reaped_process_takes_a_new_lease(deployment: Deployment) {
    let (store, ann, asleep) = (&deployment.here, deployment.member(0, 2), deployment.process().await);
    store.enter(asleep, &ann, NULL).await.unwrap();
    let later = NOW + LEASE;
    store.reap(later, NOW).await.unwrap();
    let orphans = store.orphans(asleep, 10).await.unwrap();
    store.forget(asleep, &orphans).await.unwrap();
    assert_eq!(store.renew(asleep, later, later + LEASE).await.unwrap(), Renewal::Taken);
    assert_eq!(store.enter(asleep, &ann, NULL).await.unwrap(), Entered::Joined);
    assert_eq!(store.orphans(asleep, 10).await.unwrap(), []);
    store.forget(asleep, &orphans).await.unwrap();
    assert_eq!(deployment.online(0).await, [&*ann.key]);
    assert_eq!(store.renew(asleep, later, later + LEASE).await.unwrap(), Renewal::Held);
    assert_eq!(store.reap(later, later - LEASE).await.unwrap(), []);
}

/// At a graceful stop. Another process finishes it where this one cannot.
pub async fn rule_14_a_released_lease_leaves_orphans(deployment: Deployment) {
    let (ann, bob) = (deployment.member(0, 2), deployment.member(0, 0));
    let (stopping, staying) = (deployment.process().await, deployment.process().await);
    deployment.here.enter(stopping, &ann, NULL).await.unwrap();
    deployment.here.enter(stopping, &bob, NULL).await.unwrap();
    deployment.there.enter(staying, &bob, NULL).await.unwrap();
    deployment.here.release(stopping, NOW).await.unwrap();
    assert_eq!(deployment.orphans_of(stopping).await, [ann]);
    assert_eq!(deployment.online(0).await, [&*bob.key]);
    assert_eq!(deployment.there.reap(NOW + 2, NOW).await.unwrap(), [stopping]);
}

/// A process compares it with its own members.
pub async fn rule_15_held_is_what_was_entered_and_not_left(deployment: Deployment) {
    let (store, process, other) = (&deployment.here, deployment.process().await, deployment.process().await);
    assert_eq!(store.held(process, NOW).await.unwrap(), []);
    for (group, key) in [(0, 0), (0, 1), (1, 1)] {
        store.enter(process, &deployment.member(group, key), NULL).await.unwrap();
        store.enter(other, &deployment.member(group, key), NULL).await.unwrap();
    }
    store.leave(process, &deployment.member(0, 0)).await.unwrap();
    let mut held: Vec<_> = store.held(process, NOW).await.unwrap().into_iter().map(|entry| entry.member).collect();
    held.sort();
    assert_eq!(held, [deployment.member(0, 1), deployment.member(1, 1)]);
    assert_eq!(store.held(other, NOW).await.unwrap().len(), 3);
}

/// One member with two sockets that reach two processes.
pub async fn rule_16_of_two_processes_at_once_one_joins_and_one_leaves(deployment: Deployment) {
    let ann = deployment.member(0, 2);
    let (first, second) = (deployment.process().await, deployment.process().await);
    for _ in 0..10 {
        let (one, other) = join(deployment.here.enter(first, &ann, NULL), deployment.there.enter(second, &ann, NULL)).await;
        let joined = [one.unwrap(), other.unwrap()].map(|entered| entered == Entered::Joined);
        assert!(joined[0] ^ joined[1], "{joined:?}");
        let (one, other) = join(deployment.here.leave(first, &ann), deployment.there.leave(second, &ann)).await;
        assert!(one.unwrap() ^ other.unwrap());
    }
}

/// Either the member never went offline, or it is an orphan and came back.
pub async fn rule_17_an_entry_during_a_release_ends_online(deployment: Deployment) {
    let ann = deployment.member(0, 2);
    for _ in 0..20 {
        let (stopping, other) = (deployment.process().await, deployment.process().await);
        deployment.here.enter(stopping, &ann, NULL).await.unwrap();
        let stop = async {
            deployment.here.release(stopping, NOW).await.unwrap();
            deployment.here.orphans(stopping, 10).await.unwrap()
        };
        let (gone, entered) = join(stop, deployment.there.enter(other, &ann, NULL)).await;
        assert_ne!(entered.unwrap(), Entered::Unleased);
        assert_eq!(deployment.online(0).await, [&*ann.key], "{gone:?}");
        deployment.here.forget(stopping, &gone).await.unwrap();
        assert_eq!(deployment.online(0).await, [&*ann.key]);
        assert!(deployment.there.leave(other, &ann).await.unwrap());
    }
}
