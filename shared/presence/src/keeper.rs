//! The one task that presence needs.

use std::{sync::Arc, time::Duration};

use tokio::{
    select,
    task::JoinHandle,
    time::{Interval, MissedTickBehavior, interval_at, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{PresenceError, machine::Machine};

/// How long the store has to hear who went, and then that this process stops.
const PATIENCE: Duration = Duration::from_secs(2);
/// The store's list of this process's members is compared at every so many ticks where nothing is wrong.
const RECONCILE_EVERY: u32 = 6;

/// Keeps the lease of this process, and reaps those of dead ones, until [`close`](Self::close).
#[must_use = "without it the lease runs out; close it when the sockets have ended"]
pub struct Keeper {
    machine: Arc<Machine>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Keeper {
    pub(crate) fn start(machine: Arc<Machine>) -> Self {
        let stop = CancellationToken::new();
        let (kept, stopped) = (Arc::clone(&machine), stop.clone());
        let task = machine.runtime.spawn(async move {
            // Side by side: a long round for many members must not let the lease run out.
            let both = async { tokio::join!(renew(&kept), look_after(&kept)) };
            stopped.run_until_cancelled(both).await;
        });
        Self { machine, stop, task }
    }

    /// To be called when all sockets have ended: waits for what they still have to say, and gives the lease back, so that the groups hear at
    /// once who went. Each of the two has 2 s; other processes make up for the rest.
    pub async fn close(self) {
        self.stop.cancel();
        let _ = self.task.await; // ended, so that it cannot take the lease again
        if timeout(PATIENCE, self.machine.finish()).await.is_err() {
            log::warn!("not every member who left was announced within {PATIENCE:?}");
        }
        match timeout(PATIENCE, self.machine.release()).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => log::warn!("the lease could not be given back and runs out by itself: {fault}"),
            Err(_) => log::warn!("the lease was not given back within {PATIENCE:?} and runs out by itself"),
        }
    }
}

async fn renew(machine: &Machine) {
    let mut ticks = ticks(machine);
    loop {
        ticks.tick().await;
        if let Err(fault) = machine.renew().await {
            log::warn!("this process's lease could not be renewed, trying again: {fault}");
        }
    }
}

async fn look_after(machine: &Machine) {
    let mut ticks = ticks(machine);
    for round in 1_u32.. {
        select! {
            _ = ticks.tick() => {}
            () = machine.lost.notified() => {}
        }
        if let Err(fault) = one_round(machine, round.is_multiple_of(RECONCILE_EVERY)).await {
            log::warn!("presence could not be brought up to date, trying again: {fault}");
        }
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
    let mut ticks = interval_at(tokio::time::Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
