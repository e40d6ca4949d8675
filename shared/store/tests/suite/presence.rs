use store::{Lease, ProcessId, StoreError};
use tokio::task::JoinSet;

use crate::place::{LEASE, NOW, Place, Scene as _};

const NOBODY: [&str; 0] = [];

pub(crate) async fn begins_and_ends(place: Place) {
    let store = place.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room_of(&[&ada, &bob]).await;
    let process = store.process().await;
    assert!(store.enter(room.id, bob.id, process, NOW).await.unwrap());
    assert!(!store.enter(room.id, bob.id, process, NOW).await.unwrap());
    assert_eq!(store.online(&room, NOW).await, ["Bob"]);
    assert!(store.exit(room.id, bob.id, process, NOW).await.unwrap());
    assert!(!store.exit(room.id, bob.id, process, NOW).await.unwrap());
    assert_eq!(store.online(&room, NOW).await, NOBODY);
}

pub(crate) async fn counts_a_person_once_over_processes(place: Place) {
    let store = place.store().await;
    let ada = store.user("Ada").await;
    let (room, other) = (store.room(&ada, 5).await, store.room(&ada, 5).await);
    let (first, second) = (store.process().await, store.process().await);
    assert!(store.enter(room.id, ada.id, first, NOW).await.unwrap());
    assert!(!store.enter(room.id, ada.id, second, NOW).await.unwrap());
    assert_eq!(store.online(&room, NOW).await, ["Ada"]);
    assert_eq!(store.online(&other, NOW).await, NOBODY);
    assert!(!store.exit(room.id, ada.id, first, NOW).await.unwrap());
    assert_eq!(store.online(&room, NOW).await, ["Ada"]);
    assert!(store.exit(room.id, ada.id, second, NOW).await.unwrap());
}

pub(crate) async fn hangs_on_the_lease(place: Place) {
    let store = place.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    let process = store.process().await;
    store.enter(room.id, ada.id, process, NOW).await.unwrap();
    assert_eq!(store.online(&room, NOW + LEASE - 1).await, ["Ada"]);
    assert_eq!(store.online(&room, NOW + LEASE).await, NOBODY);
    let listed = store.list_rooms(100, NOW + LEASE).await.unwrap();
    assert_eq!(listed[0].online, 0);
    // Through a process that lives, the same person comes online again.
    let alive = ProcessId::random();
    store.renew_lease(alive, NOW + LEASE, NOW + 2 * LEASE).await.unwrap();
    assert!(store.enter(room.id, ada.id, alive, NOW + LEASE).await.unwrap());
    assert_eq!(store.reap(NOW + LEASE).await.unwrap(), []);
    assert_eq!(store.online(&room, NOW + LEASE).await, ["Ada"]);
}

pub(crate) async fn of_outsiders_is_nothing(place: Place) {
    let store = place.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room(&ada, 5).await;
    let process = store.process().await;
    assert!(!store.enter(room.id, bob.id, process, NOW).await.unwrap());
    assert_eq!(store.enter_all(process, &[(room.id, bob.id)], NOW).await.unwrap(), []);
    assert!(!store.exit(room.id, bob.id, process, NOW).await.unwrap());
    assert_eq!(store.online(&room, NOW).await, NOBODY);
}

pub(crate) async fn needs_a_lease(place: Place) {
    let store = place.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    let process = ProcessId::random();
    let error = store.enter(room.id, ada.id, process, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    let error = store.enter_all(process, &[(room.id, ada.id)], NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    assert_eq!(store.renew_lease(process, NOW, NOW + LEASE).await.unwrap(), Lease::Fresh);
    assert_eq!(store.renew_lease(process, NOW, NOW + LEASE).await.unwrap(), Lease::Renewed);
    assert!(store.enter(room.id, ada.id, process, NOW).await.unwrap());
}

pub(crate) async fn ends_with_the_membership(place: Place) {
    let store = place.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room_of(&[&ada, &bob]).await;
    let process = store.process().await;
    store.enter(room.id, bob.id, process, NOW).await.unwrap();
    store.leave(room.id, bob.id).await.unwrap();
    assert_eq!(store.online(&room, NOW).await, NOBODY);
    assert!(!store.exit(room.id, bob.id, process, NOW).await.unwrap());
    store.join(room.id, bob.id, NOW).await.unwrap();
    assert_eq!(store.online(&room, NOW).await, NOBODY);
}

pub(crate) async fn ends_with_the_process(place: Place) {
    let store = place.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room_of(&[&ada, &bob]).await;
    let (stopping, staying) = (store.process().await, store.process().await);
    store.enter(room.id, ada.id, stopping, NOW).await.unwrap();
    store.enter(room.id, bob.id, stopping, NOW).await.unwrap();
    store.enter(room.id, bob.id, staying, NOW).await.unwrap();
    assert_eq!(store.end_lease(stopping, NOW).await.unwrap(), [(room.id, ada.id)]);
    assert_eq!(store.online(&room, NOW).await, ["Bob"]);
    assert_eq!(store.end_lease(stopping, NOW).await.unwrap(), []);
    assert_eq!(store.reap(NOW + 1).await.unwrap(), []);
}

/// Several processes look at once; exactly one tells each room.
pub(crate) async fn of_a_killed_process_is_reaped_once(place: Place) {
    let stores = [place.store().await, place.store().await];
    let (ada, bob, cleo) = (stores[0].user("Ada").await, stores[0].user("Bob").await, stores[0].user("Cleo").await);
    let room = stores[0].room_of(&[&ada, &bob, &cleo]).await;
    let (killed, also_killed, alive) = (stores[0].process().await, stores[0].process().await, ProcessId::random());
    stores[0].renew_lease(alive, NOW, NOW + 10 * LEASE).await.unwrap();
    for (user, process) in [(&ada, killed), (&ada, also_killed), (&bob, killed), (&cleo, also_killed), (&cleo, alive)] {
        stores[0].enter(room.id, user.id, process, NOW).await.unwrap();
    }
    assert_eq!(stores[0].reap(NOW + LEASE - 1).await.unwrap(), []);
    let mut reaping = JoinSet::new();
    for number in 0..6 {
        let store = stores[number % 2].clone();
        reaping.spawn(async move { store.reap(NOW + LEASE).await.unwrap() });
    }
    let mut gone: Vec<_> = reaping.join_all().await.into_iter().flatten().collect();
    gone.sort();
    let mut expected = [(room.id, ada.id), (room.id, bob.id)];
    expected.sort();
    assert_eq!(gone, expected);
    assert_eq!(stores[1].online(&room, NOW + LEASE).await, ["Cleo"]);
}

pub(crate) async fn comes_back_after_a_lost_lease(place: Place) {
    let store = place.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room_of(&[&ada, &bob]).await;
    let (frozen, later) = (store.process().await, NOW + LEASE);
    store.enter(room.id, ada.id, frozen, NOW).await.unwrap();
    assert_eq!(store.reap(later).await.unwrap(), [(room.id, ada.id)]);
    // It does not know yet: what it enters now is not online, and nothing is wrong with that.
    assert!(!store.enter(room.id, bob.id, frozen, later).await.unwrap());
    assert_eq!(store.online(&room, later).await, NOBODY);
    assert_eq!(store.renew_lease(frozen, later, later + LEASE).await.unwrap(), Lease::Lost);
    assert_eq!(store.online(&room, later).await, NOBODY);
    let back = store.enter_all(frozen, &[(room.id, ada.id)], later).await.unwrap();
    assert_eq!(back, [(room.id, ada.id)]);
    assert_eq!(store.online(&room, later).await, ["Ada"]);
    assert_eq!(store.renew_lease(frozen, later, later + LEASE).await.unwrap(), Lease::Renewed);
}

pub(crate) async fn holds_where_a_late_renewal_was_in_time(place: Place) {
    let store = place.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    let process = store.process().await;
    store.enter(room.id, ada.id, process, NOW).await.unwrap();
    let later = NOW + 2 * LEASE;
    assert_eq!(store.renew_lease(process, later, later + LEASE).await.unwrap(), Lease::Renewed);
    assert_eq!(store.reap(later).await.unwrap(), []);
    assert_eq!(store.online(&room, later).await, ["Ada"]);
}

/// More than one statement may name.
pub(crate) async fn of_many_enters_at_once(place: Place) {
    let store = place.store().await;
    let ada = store.user("Ada").await;
    let (first, second) = (store.process().await, store.process().await);
    let mut people = Vec::new();
    for _ in 0..600 {
        people.push((store.room(&ada, 5).await.id, ada.id));
    }
    store.enter(people[0].0, ada.id, second, NOW).await.unwrap();
    let back = store.enter_all(first, &people, NOW).await.unwrap();
    assert_eq!(back.len(), 599);
    assert!(!back.contains(&people[0]));
    assert_eq!(store.enter_all(first, &people, NOW).await.unwrap().len(), 599);
    assert_eq!(store.end_lease(first, NOW).await.unwrap().len(), 599);
}

/// One person in two tabs that reach two processes at once: it is told once that they came, and once that they went.
pub(crate) async fn begins_once_when_processes_enter_together(place: Place) {
    let stores = [place.store().await, place.store().await];
    let ada = stores[0].user("Ada").await;
    let room = stores[0].room(&ada, 5).await;
    let processes = [stores[0].process().await, stores[1].process().await];
    for _ in 0..10 {
        let entered = tokio::join!(
            stores[0].enter(room.id, ada.id, processes[0], NOW),
            stores[1].enter(room.id, ada.id, processes[1], NOW)
        );
        assert!(entered.0.unwrap() ^ entered.1.unwrap());
        let exited =
            tokio::join!(stores[0].exit(room.id, ada.id, processes[0], NOW), stores[1].exit(room.id, ada.id, processes[1], NOW));
        assert!(exited.0.unwrap() ^ exited.1.unwrap());
    }
}

/// A process stops while the same person comes in through another: either they never went offline, or they came back.
pub(crate) async fn goes_or_stays_when_one_process_stops_and_another_is_entered(place: Place) {
    let stores = [place.store().await, place.store().await];
    let ada = stores[0].user("Ada").await;
    let room = stores[0].room(&ada, 5).await;
    for _ in 0..20 {
        let (stopping, other) = (stores[0].process().await, stores[1].process().await);
        stores[0].enter(room.id, ada.id, stopping, NOW).await.unwrap();
        let (gone, came) = tokio::join!(stores[0].end_lease(stopping, NOW), stores[1].enter(room.id, ada.id, other, NOW));
        assert_eq!(gone.unwrap().len(), usize::from(came.unwrap()));
        assert_eq!(stores[1].online(&room, NOW).await, ["Ada"]);
        stores[1].end_lease(other, NOW).await.unwrap();
    }
}

pub(crate) async fn of_all_passes_over_those_who_leave_meanwhile(place: Place) {
    let stores = [place.store().await, place.store().await];
    let users = stores[0].users(8).await;
    let room = stores[0].room_of(&users.iter().collect::<Vec<_>>()).await;
    let people: Vec<_> = users.iter().map(|user| (room.id, user.id)).collect();
    for _ in 0..10 {
        let process = stores[0].process().await;
        let leaving = async {
            for (room, user) in &people[1..] {
                stores[1].leave(*room, *user).await.unwrap();
            }
        };
        let (entered, ()) = tokio::join!(stores[0].enter_all(process, &people, NOW), leaving);
        assert!(entered.unwrap().contains(&people[0]));
        assert_eq!(stores[1].online(&room, NOW).await, ["user 0"]);
        stores[0].end_lease(process, NOW).await.unwrap();
        for (room, user) in &people[1..] {
            stores[1].join(*room, *user, NOW).await.unwrap();
        }
    }
}

pub(crate) async fn forgets_leases_after_a_day(place: Place) {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let store = place.store().await;
    let process = store.process().await;
    store.reap(NOW + LEASE).await.unwrap();
    store.reap(NOW + LEASE + DAY).await.unwrap();
    assert_eq!(store.renew_lease(process, NOW + LEASE + DAY, NOW + 2 * DAY).await.unwrap(), Lease::Lost);
    store.reap(NOW + 2 * DAY).await.unwrap();
    store.reap(NOW + 3 * DAY + 1).await.unwrap();
    assert_eq!(store.renew_lease(process, NOW + 3 * DAY, NOW + 4 * DAY).await.unwrap(), Lease::Fresh);
}
