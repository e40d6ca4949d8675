//! `/api/v1/games`: the tables of Mafia. Live updates come over sockets.

pub(crate) mod play;
pub(crate) mod players;
pub(crate) mod replay;
pub(crate) mod seats;
mod setup;
pub(crate) mod tables;
pub(crate) mod updates;

use actix_web::{HttpResponse, web};
use mafia::{Command, wire::Snapshot};
use store::RoomCode;

use crate::{AppState, mafia::caller::Caller, problem::Problem};

/// Reads the table's code in a path. Any other text gets 404.
fn code_of(path: &str) -> Result<RoomCode, Problem> {
    RoomCode::parse(path).map_err(|_| Problem::table_not_found())
}

/// Runs a command, and shows the game after it.
async fn done(state: &web::Data<AppState>, caller: &Caller, code: &RoomCode, command: &Command) -> Result<HttpResponse, Problem> {
    act(state, caller, code, command).await?;
    Ok(HttpResponse::Ok().json(snapshot(state, caller, code).await?))
}

/// Runs a command. Where the announcement fails, a ws-server repeats it later.
async fn act(state: &web::Data<AppState>, caller: &Caller, code: &RoomCode, command: &Command) -> Result<(), Problem> {
    state.mafia.act(code, &caller.person, command, state.now()).await.map_err(|error| caller.refused(error))?;
    Ok(())
}

async fn snapshot(state: &web::Data<AppState>, caller: &Caller, code: &RoomCode) -> Result<Snapshot, Problem> {
    state.mafia.snapshot(code, &caller.person, state.now()).await.map_err(|error| caller.refused(error))
}
