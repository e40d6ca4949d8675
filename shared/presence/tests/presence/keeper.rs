//! The keeper's task, with tokio's clock paused.

use std::{mem::forget, sync::atomic::Ordering, time::Duration};

use catamaran_presence::PresenceError;
use tokio::time::{Instant, advance, sleep};

use crate::kit::{NOW, Stage};

/// Lets the keepers work for this time; the test's clock follows tokio's.
async fn pass(stage: &Stage, started: Instant, seconds: u64) {
    for _ in 0..seconds {
        advance(Duration::from_secs(1)).await;
        let elapsed = i64::try_from(started.elapsed().as_millis()).unwrap();
        stage.clock().store(NOW + elapsed, Ordering::SeqCst);
        sleep(Duration::from_millis(1)).await; // every task that is ready runs before a paused clock moves
    }
}

#[tokio::test(start_paused = true)]
async fn keeps_the_lease_and_reaps_a_process_that_was_killed() {
    let (mut stage, started) = (Stage::new().await, Instant::now());
    let (killed, alive) = (stage.process().await, stage.process().await);
    let keeper = alive.start().await;
    forget(killed.enter(&stage.group, "ann", &()).await.unwrap());
    let _here = alive.enter(&stage.group, "bob", &()).await.unwrap();
    pass(&stage, started, 14).await;
    assert_eq!(stage.heard(), ["+ann", "+bob"]);
    pass(&stage, started, 12).await;
    assert_eq!((stage.heard(), stage.online().await), (vec!["-ann".into()], vec!["bob".into()]));
    pass(&stage, started, 100).await;
    assert_eq!(stage.heard(), [""; 0]);
    keeper.close().await;
}

/// The polite end of a process, whose clients connect to another.
#[tokio::test(start_paused = true)]
async fn a_member_that_comes_back_after_a_handover_was_never_offline() {
    let (mut stage, started) = (Stage::new().await, Instant::now());
    let (stops, goes_on) = (stage.process().await, stage.process().await);
    let keepers = (stops.start().await, goes_on.start().await);
    let mut here = Vec::new();
    for key in ["ann", "bob", "cy"] {
        here.push(stops.enter(&stage.group, key, &()).await.unwrap());
    }
    here.pop().unwrap().leave().await;
    pass(&stage, started, 20).await;
    assert_eq!(stage.heard(), ["+ann", "+bob", "+cy", "-cy"]);
    stops.hand_over();
    for socket in here {
        socket.leave().await;
    }
    keepers.0.close().await;
    pass(&stage, started, 10).await;
    let _back = goes_on.enter(&stage.group, "ann", &()).await.unwrap();
    assert_eq!(stage.online().await, ["ann", "bob"]);
    assert_eq!(stage.heard(), [""; 0], "bob may still come back");
    pass(&stage, started, 15).await;
    assert_eq!((stage.heard(), stage.online().await), (vec!["-bob".into()], vec!["ann".into()]));
    keepers.1.close().await;
}

/// The store is away for longer than a lease.
#[tokio::test(start_paused = true)]
async fn announces_no_change_for_an_outage_and_writes_missed_changes() {
    let (mut stage, started) = (Stage::new().await, Instant::now());
    let (one, other) = (stage.process().await, stage.process().await);
    let keepers = [one.start().await, other.start().await];
    let _ann = one.enter(&stage.group, "ann", &()).await.unwrap();
    let bob = other.enter(&stage.group, "bob", &()).await.unwrap();
    pass(&stage, started, 30).await;
    stage.heard();
    stage.store.set_away(true);
    pass(&stage, started, 5).await;
    bob.leave().await;
    pass(&stage, started, 55).await;
    assert_eq!((stage.heard(), stage.online().await.len()), (vec![], 2));
    stage.store.set_away(false);
    pass(&stage, started, 60).await;
    assert_eq!((stage.heard(), stage.online().await), (vec!["-bob".into()], vec!["ann".into()]));
    for keeper in keepers {
        keeper.close().await;
    }
    assert_eq!(stage.heard(), ["-ann"]);
}

/// A process that slept finds that its lease was reaped, and brings its members back at once.
#[tokio::test(start_paused = true)]
async fn brings_members_back_after_a_lost_lease() {
    let (mut stage, started) = (Stage::new().await, Instant::now());
    let (asleep, other) = (stage.process().await, stage.process().await);
    let awake = other.start().await;
    let _ann = asleep.enter(&stage.group, "ann", &()).await.unwrap();
    pass(&stage, started, 25).await;
    assert_eq!(stage.heard(), ["+ann", "-ann"]);
    let woken = asleep.start().await;
    pass(&stage, started, 1).await;
    assert_eq!(stage.heard(), ["+ann"]);
    woken.close().await;
    awake.close().await;
}

/// Members that enter meanwhile fail, as in any outage.
#[tokio::test(start_paused = true)]
async fn starts_without_its_store_and_takes_the_lease_within_its_first_tick() {
    let mut stage = Stage::new().await;
    stage.store.set_away(true);
    let process = stage.unleased();
    let keeper = process.start().await;
    let fault = process.enter(&stage.group, "ann", &()).await.err().unwrap();
    assert!(matches!(fault, PresenceError::Unavailable(_)), "{fault}");
    sleep(Duration::from_secs(3)).await;
    stage.store.set_away(false);
    sleep(Duration::from_secs(4)).await;
    let _here = process.enter(&stage.group, "ann", &()).await.unwrap();
    assert_eq!((stage.heard(), stage.online().await), (vec!["+ann".into()], vec!["ann".into()]));
    keeper.close().await;
}

#[tokio::test(start_paused = true)]
async fn announces_a_member_that_entered_before_the_lease_as_soon_as_it_is_taken() {
    let mut stage = Stage::new().await;
    let process = stage.unleased();
    let _here = process.enter(&stage.group, "ann", &()).await.unwrap();
    assert_eq!((stage.heard(), stage.online().await.len()), (vec![], 0));
    let keeper = process.start().await;
    sleep(Duration::from_millis(1)).await;
    assert_eq!((stage.heard(), stage.online().await), (vec!["+ann".into()], vec!["ann".into()]));
    keeper.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_delays_the_start_by_a_second() {
    let (stage, begun) = (Stage::new().await, Instant::now());
    stage.store.hang();
    let _keeper = stage.unleased().start().await;
    assert_eq!(begun.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_is_cancelled_leaves_no_task_that_takes_the_lease() {
    let mut stage = Stage::new().await;
    stage.store.set_away(true);
    let process = stage.unleased();
    let cancelled = tokio::time::timeout(Duration::ZERO, process.start()).await;
    assert!(cancelled.is_err());
    stage.store.set_away(false);
    sleep(Duration::from_secs(10)).await;
    let _here = process.enter(&stage.group, "ann", &()).await.unwrap();
    assert_eq!((stage.heard(), stage.online().await.len()), (vec![], 0));
}
