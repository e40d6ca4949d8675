//! Processes are killed, sleep and stop.

use std::mem::forget;

use catamaran_presence::{LeaseStore as _, Member};

use crate::kit::{LEASE, NOW, Stage, tick};

#[tokio::test]
async fn a_killed_process_s_members_are_announced_once_and_those_of_others_stay() {
    let mut stage = Stage::new().await;
    let (killed, other, third) = (stage.process().await, stage.process().await, stage.process().await);
    for key in ["ann", "bob"] {
        forget(killed.enter(&stage.group, key, &()).await.unwrap());
    }
    let _here = other.enter(&stage.group, "bob", &()).await.unwrap();
    assert_eq!(stage.heard(), ["+ann", "+bob"]);

    for elapsed in [LEASE / 2, LEASE - 1] {
        stage.set_clock(NOW + elapsed);
        tick(&other).await;
        tick(&third).await;
    }
    assert_eq!((stage.heard(), stage.online().await.len()), (vec![], 2), "it may only be slow");
    stage.set_clock(NOW + LEASE);
    assert_eq!(stage.online().await.len(), 2, "a lease that has run out counts until it is reaped");
    tick(&other).await;
    tick(&third).await;
    assert_eq!(stage.heard(), ["-ann"]);
    assert_eq!(stage.online().await, ["bob"]);
}

#[tokio::test]
async fn a_member_of_two_killed_processes_is_announced_once() {
    let mut stage = Stage::new().await;
    let (one, two, alive) = (stage.process().await, stage.process().await, stage.process().await);
    for killed in [&one, &two] {
        forget(killed.enter(&stage.group, "ann", &()).await.unwrap());
    }
    stage.outlive(&alive).await;
    assert_eq!(stage.heard(), ["+ann", "-ann"]);
}

#[tokio::test]
async fn a_process_that_slept_enters_its_members_again() {
    let mut stage = Stage::new().await;
    let (asleep, other) = (stage.process().await, stage.process().await);
    let _here = asleep.enter(&stage.group, "ann", &"red").await.unwrap();
    stage.outlive(&other).await;
    assert_eq!(stage.heard(), [r#"+ann "red""#, r#"-ann "red""#]);
    tick(&asleep).await;
    assert_eq!(stage.heard(), [r#"+ann "red""#]);
    assert_eq!(stage.online().await, ["ann"]);
}

/// All its sockets end when it wakes.
#[tokio::test]
async fn members_that_leave_while_a_process_wakes_up_stay_offline() {
    for _ in 0..50 {
        let mut stage = Stage::new().await;
        let (asleep, other) = (stage.process().await, stage.process().await);
        let ann = asleep.enter(&stage.group, "ann", &()).await.unwrap();
        let bob = asleep.enter(&stage.group, "bob", &()).await.unwrap();
        stage.outlive(&other).await;
        tokio::join!(tick(&asleep), ann.leave(), bob.leave());
        tick(&asleep).await;
        assert!(stage.online().await.is_empty());
        let heard = stage.heard();
        for key in ["ann", "bob"] {
            assert_eq!(heard.iter().rfind(|news| news.ends_with(key)).unwrap(), &format!("-{key}"));
        }
    }
}

/// The reaper died before it had announced them all.
#[tokio::test]
async fn another_process_takes_over_from_a_reaper_that_died() {
    let mut stage = Stage::new().await;
    let (killed, alive) = (stage.process().await, stage.process().await);
    for key in ["ann", "bob"] {
        forget(killed.enter(&stage.group, key, &()).await.unwrap());
    }
    stage.heard();
    stage.set_clock(NOW + LEASE / 2);
    tick(&alive).await;
    stage.set_clock(NOW + LEASE);
    alive.renew().await.unwrap();
    let store = stage.store.kept();
    let [dead] = store.reap(NOW + LEASE, NOW).await.unwrap()[..] else { panic!("one process is dead") };
    let orphans = store.orphans(dead, 10).await.unwrap();
    assert_eq!(orphans.len(), 2);
    store.forget(dead, &orphans[..1]).await.unwrap();

    tick(&alive).await;
    assert_eq!(stage.heard(), [""; 0], "the reaper may be busy");
    for elapsed in [3 * LEASE / 2, 2 * LEASE] {
        stage.set_clock(NOW + elapsed);
        tick(&alive).await;
    }
    assert_eq!(stage.heard(), [format!("-{}", orphans[1].member.key)]);
}

#[tokio::test]
async fn a_process_that_stops_announces_that_its_members_left() {
    let mut stage = Stage::new().await;
    let (stopping, other) = (stage.process().await, stage.process().await);
    let keeper = stopping.start().await;
    forget(stopping.enter(&stage.group, "ann", &()).await.unwrap());
    drop(stopping.enter(&stage.group, "bob", &()).await.unwrap());
    let _here = other.enter(&stage.group, "cleo", &()).await.unwrap();
    keeper.close().await;
    let mut heard = stage.heard();
    heard.sort();
    assert_eq!(heard, ["+ann", "+bob", "+cleo", "-ann", "-bob"]);
    assert_eq!(stage.online().await, ["cleo"]);
}

/// Another part of the application may remove a member.
#[tokio::test]
async fn a_new_socket_brings_back_a_member_that_the_store_dropped() {
    let stage = Stage::new().await;
    let process = stage.process().await;
    let _old = process.enter(&stage.group, "ann", &()).await.unwrap();
    drop_member(&stage).await;
    let _new = process.enter(&stage.group, "ann", &()).await.unwrap();
    assert_eq!(stage.online().await, ["ann"]);
}

#[tokio::test]
async fn reconciling_corrects_the_store_s_list() {
    let mut stage = Stage::new().await;
    let process = stage.process().await;
    let _here = process.enter(&stage.group, "ann", &()).await.unwrap();
    drop_member(&stage).await;
    stage.heard();
    process.reconcile().await.unwrap();
    assert_eq!((stage.heard(), stage.online().await), (vec!["+ann".into()], vec!["ann".into()]));
    process.reconcile().await.unwrap();
    assert_eq!(stage.heard(), [""; 0], "only what differs is written and announced");
}

/// Removes Ann through the only process.
async fn drop_member(stage: &Stage) {
    let (store, ann) = (stage.store.kept(), Member::new("deck", "ann"));
    let [process] = store.reap(i64::MAX, 0).await.unwrap()[..] else { panic!("there is one process") };
    store.renew(process, NOW, NOW + LEASE).await.unwrap();
    assert_eq!(store.find(&ann).await.unwrap(), None);
}
