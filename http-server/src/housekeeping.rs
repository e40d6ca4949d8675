//! What has to be done now and then, whoever asks for what.

use std::time::Duration;

use actix_web::web;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::AppState;

/// Ended sessions are refused at once, and tables that nobody came to are in nobody's way for long; removing their rows can wait.
const PERIOD: Duration = Duration::from_secs(60 * 60);

/// Removes ended sessions and what nobody asks for any more of games from the database, now and every hour, until `stop` is
/// cancelled; and several times a second notes which changes of games were announced, where that could not be noted at once.
/// [`run`](crate::run) does it by itself; for applications of one's own. Several processes may do it at once.
pub async fn housekeeping(state: web::Data<AppState>, stop: CancellationToken) {
    // Before the loop: "now" is done even where the process is told to stop right away.
    tidy(&state).await;
    let mut hours = tokio::time::interval_at(Instant::now() + PERIOD, PERIOD);
    let mut rounds = tokio::time::interval(Duration::from_millis(mafia::TICK_MS));
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hours.tick() => tidy(&state).await,
            // It tries again by itself, and who hears something twice knows it by its number.
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
    if let Err(error) = state.mafia.tidy(state.now()).await {
        log::warn!("abandoned tables stay for another hour: {error}");
    }
}
