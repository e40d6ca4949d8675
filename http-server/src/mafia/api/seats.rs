//! `/api/v1/games/{code}/seat`, `…/seats/{n}` and `…/bots`: takes, leaves and frees seats.

use actix_web::{HttpResponse, web};
use mafia::{Command, wire::Snapshot};
use mafia_rules::{Refusal, SeatNo};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{act, code_of, done, snapshot};
use crate::{
    AppState,
    input::{Json, Query},
    limits::BotCount,
    mafia::caller::Player,
    problem::Problem,
};

/// Bots to seat.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewBots {
    /// The number of bots, 1 by default. Fewer are seated where the seats run out.
    #[schema(value_type = Option<u8>)]
    count: Option<BotCount>,
}

/// The player to send away: until the request arrives, others may have moved up to the seat.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SeatQuery {
    /// The `id` of the seat: 409 `somebody_else` where another player has it by now.
    seat_id: Option<u32>,
}

/// Takes a seat; having one already is no error.
#[utoipa::path(put, path = "/api/v1/games/{code}/seat", operation_id = "takeSeat", tag = "games", responses(
    (status = 200, description = "Seated", body = Snapshot),
    (status = 403, description = "Was sent away"),
    (status = 409, description = "Every seat is taken, or the game has begun"),
))]
pub(crate) async fn join(
    state: web::Data<AppState>,
    Player(caller): Player,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    done(&state, &caller, &code_of(&path)?, &Command::Join).await
}

/// Leaves the seat. During the game, the player cannot come back.
#[utoipa::path(delete, path = "/api/v1/games/{code}/seat", operation_id = "leaveSeat", tag = "games", responses(
    (status = 204, description = "Gone"),
    (status = 403, description = "Has no seat"),
    (status = 409, description = "The game is over"),
))]
pub(crate) async fn leave(
    state: web::Data<AppState>,
    Player(caller): Player,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    act(&state, &caller, &code_of(&path)?, &Command::Leave).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends a player away; for the host, before the start.
#[utoipa::path(delete, path = "/api/v1/games/{code}/seats/{n}", operation_id = "sendAway", tag = "games",
    params(("code" = String, Path), ("n" = u8, Path, description = "The seat, counted from 0"), SeatQuery), responses(
    (status = 204, description = "Sent away"),
    (status = 403, description = "Not the host"),
    (status = 409, description = "The seat is free or another player has it, it is the host's own seat, or the game has begun"),
))]
pub(crate) async fn kick(
    state: web::Data<AppState>,
    Player(caller): Player,
    path: web::Path<(String, String)>,
    query: Query<SeatQuery>,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path.0)?;
    let id = query.read()?.seat_id;
    let seat = path.1.parse::<SeatNo>().map_err(|_| caller.refused(Refusal::NoSuchSeat.into()))?;
    act(&state, &caller, &code, &Command::Kick { seat, id, name: None }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Seats bots; for the host, before the start.
#[utoipa::path(post, path = "/api/v1/games/{code}/bots", operation_id = "addBots", tag = "games", responses(
    (status = 200, description = "Seated, as many as there were free seats", body = Snapshot),
    (status = 403, description = "Not the host"),
    (status = 409, description = "Every seat is taken, or the game has begun"),
))]
pub(crate) async fn add_bots(
    state: web::Data<AppState>,
    Player(caller): Player,
    path: web::Path<String>,
    body: Json<NewBots>,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path)?;
    let count = body.read()?.count.map_or(1, |count| count.0);
    state.mafia.add_bots(&code, &caller.person, count, state.now()).await.map_err(|error| caller.refused(error))?;
    Ok(HttpResponse::Ok().json(snapshot(&state, &caller, &code).await?))
}
