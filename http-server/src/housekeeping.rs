//! Periodic work that no request triggers.

use std::time::Duration;

use actix_web::web;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::AppState;

/// Nothing depends on the removal: ended sessions are refused anyway, and the lists leave out abandoned tables.
const PERIOD: Duration = Duration::from_secs(60 * 60);

/// Removes ended sessions, used socket tokens and old games from the database, now and every hour, until `stop` is cancelled.
///
/// It also retries, several times a second, to mark announced changes of games as announced. [`run`](crate::run) starts it by itself;
/// an application that mounts [`configure`](crate::configure) starts it on its own. Several processes may run it at once.
pub async fn housekeeping(state: web::Data<AppState>, stop: CancellationToken) {
    // Before the loop, so that it also happens where `stop` is cancelled already.
    tidy(&state).await;
    let mut hours = tokio::time::interval_at(Instant::now() + PERIOD, PERIOD);
    let mut rounds = tokio::time::interval(Duration::from_millis(mafia::TICK_MS));
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hours.tick() => tidy(&state).await,
            // A failure is retried by the next tick. Clients recognise a repeated announcement by its number.
            _ = rounds.tick() => drop(state.mafia.mark_announced().await),
        }
    }
}

async fn tidy(state: &AppState) {
    match state.accounts.remove_ended(state.now()).await {
        Ok(0) => {}
        Ok(count) => log::info!("removed {count} ended sessions"),
        Err(error) => log::warn!("ended sessions stay for another hour: {error}"),
    }
    if let Err(error) = state.socket_tokens.forget_expired(state.now()).await {
        log::warn!("used socket tokens stay for another hour: {error}");
    }
    if let Err(error) = state.mafia.tidy(state.now()).await {
        log::warn!("abandoned tables stay for another hour: {error}");
    }
}
