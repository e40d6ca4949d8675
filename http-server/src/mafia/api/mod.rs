//! `/api/v1/games`: the tables of Mafia. What happens at them live comes over sockets.

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

use crate::{AppState, mafia::asker::Asker, problem::Problem};

/// The table's code in a path; what is no code names no table.
fn code_of(path: &str) -> Result<RoomCode, Problem> {
    RoomCode::parse(path).map_err(|_| Problem::table_not_found())
}

/// Does something, and shows the game after it.
async fn done(state: &web::Data<AppState>, who: &Asker, code: &RoomCode, command: &Command) -> Result<HttpResponse, Problem> {
    act(state, who, code, command).await?;
    Ok(HttpResponse::Ok().json(snapshot(state, who, code).await?))
}

/// Does something. What could not be announced, the sockets' servers announce later.
async fn act(state: &web::Data<AppState>, who: &Asker, code: &RoomCode, command: &Command) -> Result<(), Problem> {
    state.mafia.act(code, &who.person, command, state.now()).await.map_err(|error| who.refused(error))?;
    Ok(())
}

async fn snapshot(state: &web::Data<AppState>, who: &Asker, code: &RoomCode) -> Result<Snapshot, Problem> {
    state.mafia.snapshot(code, &who.person, state.now()).await.map_err(|error| who.refused(error))
}
