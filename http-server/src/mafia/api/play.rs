//! `/api/v1/games/{code}/setup`, `…/start` and `…/again`: sets a game up, starts it, and opens the next one.

use actix_web::{HttpResponse, http::header, web};
use mafia::{Command, wire::Snapshot};
use serde::Serialize;
use utoipa::ToSchema;

use super::{code_of, done, setup::SetupBody};
use crate::{AppState, input::Json, mafia::caller::Player, problem::Problem};

/// The table of the next game with the same players.
#[derive(Serialize, ToSchema)]
pub(crate) struct NextTable {
    /// The table's code.
    code: String,
}

/// Changes roles and options; for the host, before the start.
#[utoipa::path(put, path = "/api/v1/games/{code}/setup", operation_id = "setUpGame", tag = "games", responses(
    (status = 200, description = "Changed", body = Snapshot),
    (status = 403, description = "Not the host"),
    (status = 409, description = "No table can be played like that, or the game has begun"),
))]
pub(crate) async fn set_up(
    state: web::Data<AppState>,
    Player(caller): Player,
    path: web::Path<String>,
    body: Json<SetupBody>,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path)?;
    let setup = body.read()?.into();
    done(&state, &caller, &code, &Command::SetUp { setup }).await
}

/// Deals the roles and starts the game; for the host.
#[utoipa::path(post, path = "/api/v1/games/{code}/start", operation_id = "startGame", tag = "games", responses(
    (status = 200, description = "The first night has begun", body = Snapshot),
    (status = 403, description = "Not the host"),
    (status = 409, description = "The set-up does not suit the players, or the game has begun"),
))]
pub(crate) async fn start(
    state: web::Data<AppState>,
    Player(caller): Player,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    done(&state, &caller, &code_of(&path)?, &Command::Start).await
}

/// Opens a table for another game with the same players, or names the one that a player has opened already.
#[utoipa::path(post, path = "/api/v1/games/{code}/again", operation_id = "playAgain", tag = "games", responses(
    (status = 201, description = "The table", body = NextTable, headers(("Location" = String, description = "The table in this API"))),
    (status = 403, description = "Has no seat"),
    (status = 409, description = "The game is not over"),
))]
pub(crate) async fn again(
    state: web::Data<AppState>,
    Player(caller): Player,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let old = code_of(&path)?;
    let next = state.mafia.again(&old, &caller.person, state.now()).await.map_err(|error| caller.refused(error))?;
    let location = format!("/api/v1/games/{next}");
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(NextTable { code: next.to_string() }))
}
