//! The task that holds the lease and reaps dead processes.

use std::{sync::Arc, time::Duration};

use tokio::{
    select,
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{PresenceError, machine::Machine, outage::Outage};

/// How long a start waits for the first answer of the store.
const START_PATIENCE: Duration = Duration::from_secs(1);
/// The first pause after a renewal that failed. It doubles up to the usual time between two renewals.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How long the last announcements may take, and then the release of the lease.
const PATIENCE: Duration = Duration::from_secs(2);
/// The number of ticks between two comparisons with the store's list, if nothing has failed.
const RECONCILE_EVERY: u32 = 6;

/// Keeps the lease of this process, and reaps those of dead ones, until [`close`](Self::close).
#[must_use = "without it the lease runs out; close it when the sockets have ended"]
pub struct Keeper {
    machine: Arc<Machine>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Keeper {
    pub(crate) async fn start(machine: Arc<Machine>) -> Self {
        let (stop, (tried, first_try)) = (CancellationToken::new(), oneshot::channel());
        let (kept, stopped) = (Arc::clone(&machine), stop.clone());
        let task = machine.runtime.spawn(async move {
            // Side by side: a long round for many members must not let the lease run out.
            let both = async { tokio::join!(renew(&kept, tried), look_after(&kept)) };
            stopped.run_until_cancelled(both).await;
        });
        // So that the first sockets find a lease. A store that does not answer delays the start by no more than this.
        let stop_if_cancelled = stop.clone().drop_guard();
        let _ = timeout(START_PATIENCE, first_try).await;
        stop_if_cancelled.disarm();
        Self { machine, stop, task }
    }

    /// Waits for the last announcements and gives the lease back, so that the groups learn at once which members left. After
    /// [`hand_over`](crate::Presence::hand_over) the lease runs out by itself. Call it when all sockets have ended. Each of the two steps has
    /// 2 s; other processes do the rest.
    pub async fn close(self) {
        self.stop.cancel();
        let _ = self.task.await; // ended, so that it cannot take the lease again
        if timeout(PATIENCE, self.machine.finish()).await.is_err() {
            log::warn!("not every member that left was announced within {PATIENCE:?}");
        }
        match timeout(PATIENCE, self.machine.release()).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => log::warn!("the lease could not be given back or handed over, and runs out by itself: {fault}"),
            Err(_) => log::warn!("the lease was not given back or handed over within {PATIENCE:?}, and runs out by itself"),
        }
    }
}

/// Holds the lease. `tried` is sent once the store has answered for the first time.
async fn renew(machine: &Machine, tried: oneshot::Sender<()>) {
    let mut outage = Outage::new("the lease of presence could not be renewed; without one, new sockets are refused");
    let (mut tried, mut pause) = (Some(tried), FIRST_PAUSE);
    loop {
        let begun = Instant::now();
        let outcome = machine.renew().await;
        outage.report(&outcome);
        tried.take().map(|tried| tried.send(()));
        if outcome.is_ok() {
            pause = FIRST_PAUSE;
            sleep_until(begun + machine.tick()).await;
        } else {
            sleep_until(Instant::now() + pause).await;
            pause = (pause * 2).min(machine.tick());
        }
    }
}

async fn look_after(machine: &Machine) {
    let mut outage = Outage::new("presence could not be brought up to date");
    let mut ticks = ticks(machine);
    for round in 1_u32.. {
        select! {
            _ = ticks.tick() => {}
            () = machine.lost.notified() => {}
        }
        outage.report(&one_round(machine, round.is_multiple_of(RECONCILE_EVERY)).await);
        // Members that enter one by one while the store is behind cause one round together, not one each.
        sleep_until(Instant::now() + FIRST_PAUSE).await;
    }
}

async fn one_round(machine: &Machine, is_thorough: bool) -> Result<(), PresenceError> {
    if is_thorough || machine.is_behind() {
        machine.reconcile().await?;
    }
    machine.sweep().await
}

fn ticks(machine: &Machine) -> Interval {
    let every = machine.tick();
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
