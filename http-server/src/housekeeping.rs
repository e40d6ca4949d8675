//! What has to be done now and then, whoever asks for what.

use std::time::Duration;

use actix_web::web;
use tokio_util::sync::CancellationToken;

use crate::AppState;

/// Ended sessions are refused at once, and tables that nobody came to are in nobody's way for long; removing their rows can wait.
const PERIOD: Duration = Duration::from_secs(60 * 60);

/// Removes ended sessions and what nobody asks for any more of games from the database, now and every hour, until `stop` is
/// cancelled. [`run`](crate::run) does it by itself; for applications of one's own. Several processes may do it at once.
pub async fn housekeeping(state: web::Data<AppState>, stop: CancellationToken) {
    loop {
        tidy(&state).await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

async fn tidy(state: &AppState) {
    match state.store.purge_sessions(state.now()).await {
        Ok(0) => {}
        Ok(count) => log::info!("removed {count} ended sessions"),
        Err(error) => log::warn!("ended sessions stay for another hour: {error}"),
    }
    if let Err(error) = state.mafia.tidy(state.now()).await {
        log::warn!("abandoned tables stay for another hour: {error}");
    }
}
