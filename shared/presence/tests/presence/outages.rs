//! Outages of the store and of the layer.

use std::mem::forget;

use catamaran_presence::PresenceError;

use crate::kit::{LEASE, NOW, Stage, tick};

/// Whatever process sweeps first, before or after it has renewed its own lease.
#[tokio::test]
async fn no_member_goes_offline_because_of_an_outage_of_the_store() {
    let mut stage = Stage::new().await;
    let (one, other, killed) = (stage.process().await, stage.process().await, stage.process().await);
    let _ann = one.enter(&stage.group, "ann", &()).await.unwrap();
    forget(killed.enter(&stage.group, "bob", &()).await.unwrap());
    stage.heard();
    let back = NOW + 10 * LEASE;
    stage.set_clock(back);
    assert_eq!(stage.online().await, ["ann", "bob"], "members count during the outage");
    other.sweep().await.unwrap();
    tick(&other).await;
    tick(&one).await;
    stage.set_clock(back + LEASE - 1);
    tick(&other).await;
    tick(&one).await;
    assert_eq!((stage.heard(), stage.online().await.len()), (vec![], 2));
    stage.set_clock(back + LEASE);
    tick(&other).await;
    assert_eq!(stage.heard(), ["-bob"], "a process that was killed meanwhile is found a lease later");
    assert_eq!(stage.online().await, ["ann"]);
}

#[tokio::test]
async fn a_failed_enter_is_an_error_and_leaves_no_member() {
    let mut stage = Stage::new().await;
    let process = stage.process().await;
    stage.store.set_away(true);
    let fault = process.enter(&stage.group, "ann", &()).await.err().unwrap();
    assert!(matches!(fault, PresenceError::Unavailable(_)) && fault.to_string().contains("the line is cut"), "{fault}");
    stage.store.set_away(false);
    stage.store.lose_answers(true);
    assert!(process.enter(&stage.group, "ann", &()).await.is_err());
    assert_eq!(stage.online().await, ["ann"], "only the answer was lost");
    stage.store.lose_answers(false);
    tick(&process).await;
    assert!(stage.online().await.is_empty());
    assert_eq!(stage.heard().last().unwrap(), "-ann");
}

#[tokio::test]
async fn a_failed_leave_is_written_later() {
    let mut stage = Stage::new().await;
    let process = stage.process().await;
    let here = process.enter(&stage.group, "ann", &()).await.unwrap();
    stage.store.set_away(true);
    here.leave().await;
    assert_eq!((stage.heard(), stage.online().await), (vec!["+ann".into()], vec!["ann".into()]));
    stage.store.set_away(false);
    tick(&process).await;
    assert_eq!((stage.heard(), stage.online().await), (vec!["-ann".into()], vec![]));
}

#[tokio::test]
async fn a_failed_announcement_is_repeated_later() {
    let mut stage = Stage::new().await;
    let process = stage.process().await;
    stage.layer.cut(true);
    let here = process.enter(&stage.group, "ann", &"red").await.unwrap();
    process.reconcile().await.unwrap();
    stage.layer.cut(false);
    process.reconcile().await.unwrap();
    assert_eq!(stage.heard(), [r#"+ann "red""#]);
    stage.layer.cut(true);
    here.leave().await;
    stage.layer.cut(false);
    process.reconcile().await.unwrap();
    assert_eq!(stage.heard(), [r#"-ann "red""#]);
}

/// The reaper keeps the failed announcements.
#[tokio::test]
async fn a_failed_announcement_of_orphans_is_repeated_later() {
    let mut stage = Stage::new().await;
    let (killed, alive) = (stage.process().await, stage.process().await);
    forget(killed.enter(&stage.group, "ann", &()).await.unwrap());
    stage.heard();
    stage.layer.cut(true);
    stage.outlive(&alive).await;
    stage.layer.cut(false);
    tick(&alive).await;
    assert_eq!(stage.heard(), ["-ann"]);
}

/// The store went away between the reaping and the announcement.
#[tokio::test]
async fn a_sweep_that_failed_is_finished_by_the_next_one() {
    let mut stage = Stage::new().await;
    let (killed, alive) = (stage.process().await, stage.process().await);
    forget(killed.enter(&stage.group, "ann", &()).await.unwrap());
    stage.heard();
    stage.set_clock(NOW + LEASE / 2);
    tick(&alive).await;
    stage.set_clock(NOW + LEASE);
    alive.renew().await.unwrap();
    stage.store.go_after_reaping();
    alive.sweep().await.unwrap_err();
    stage.store.set_away(false);
    alive.sweep().await.unwrap();
    assert_eq!(stage.heard(), ["-ann"]);
}
