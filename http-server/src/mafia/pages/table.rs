//! `GET /mafia/{code}` and `GET /mafia/{code}/replay`: a table, and the replay of its game.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use mafia::{Caller, MafiaError};
use store::RoomCode;

use super::{page, refusal};
use crate::{
    AppState,
    mafia::views::{self, Replay, Table},
    problem::Problem,
    site::{
        layout::Layout,
        sign_in::{api as session, session::Visitor},
    },
};

/// Shows the table to players and spectators. Opening the page changes nothing.
pub(crate) async fn show(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let layout = Layout::of(&req, &state.settings).with(visitor.0.as_ref());
    let person = visitor.0.as_ref().map_or_else(Caller::guest, |session| Caller::of(&session.user));
    let found = match RoomCode::parse(&path) {
        Ok(code) => state.mafia.snapshot(&code, &person, state.now()).await,
        Err(_) => Err(MafiaError::NotFound),
    };
    match found {
        Ok(seen) => {
            let view = Table { code: &seen.game.code, name: &seen.game.name };
            Ok(session::with_probe(&req, &state, page(StatusCode::OK, views::table(&layout, &view))))
        }
        Err(error) => refusal(&layout, &path, error),
    }
}

/// Shows a finished game to every visitor that has the link.
pub(crate) async fn replay(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let layout = Layout::of(&req, &state.settings).with(visitor.0.as_ref());
    let found = match RoomCode::parse(&path) {
        Ok(code) => state.mafia.replay(&code).await,
        Err(_) => Err(MafiaError::NotFound),
    };
    match found {
        Ok(replay) => {
            let (table, is_cut) = (&replay.game, replay.left_out > 0);
            let view = Replay { code: &table.code, name: &table.name, steps: &replay.steps, is_cut };
            Ok(page(StatusCode::OK, views::replay(&layout, &view)))
        }
        Err(error) => refusal(&layout, &path, error),
    }
}
