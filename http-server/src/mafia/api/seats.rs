//! `/api/v1/games/{code}/seat`, `…/seats/{n}` and `…/bots`: who sits.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use mafia::{Command, wire::Snapshot};
use mafia_rules::{Refusal, SeatNo};
use utoipa::ToSchema;

use super::{act, code_of, done, snapshot};
use crate::{AppState, fields::Fields, limits::BOTS, mafia::asker::Player, problem::Problem};

/// Bots to seat.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body for the OpenAPI document; fields are read one by one, for better faults")]
pub(crate) struct NewBots {
    /// How many, as far as there are seats; 1 where it is not said.
    count: Option<u8>,
}

/// Takes a seat; having one already is no error.
#[utoipa::path(put, path = "/api/v1/games/{code}/seat", operation_id = "takeSeat", tag = "games",
    params(("code" = String, Path, description = "Six letters and digits, case does not matter")), responses(
    (status = 200, description = "Seated", body = Snapshot),
    (status = 401, description = "Not signed in"),
    (status = 403, description = "Was sent away"),
    (status = 404, description = "No such table"),
    (status = 409, description = "Every seat is taken, or the game has begun"),
))]
pub(crate) async fn join(
    state: web::Data<AppState>,
    Player(who): Player,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    done(&state, &who, &code_of(&path)?, &Command::Join).await
}

/// Stands up; during the game, goes for good.
#[utoipa::path(delete, path = "/api/v1/games/{code}/seat", operation_id = "leaveSeat", tag = "games",
    params(("code" = String, Path, description = "Six letters and digits, case does not matter")), responses(
    (status = 204, description = "Gone"),
    (status = 401, description = "Not signed in"),
    (status = 403, description = "Has no seat"),
    (status = 404, description = "No such table"),
    (status = 409, description = "The game is over"),
))]
pub(crate) async fn leave(
    state: web::Data<AppState>,
    Player(who): Player,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    act(&state, &who, &code_of(&path)?, &Command::Leave).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends somebody away; for the host, before the start.
#[utoipa::path(delete, path = "/api/v1/games/{code}/seats/{n}", operation_id = "sendAway", tag = "games",
    params(
        ("code" = String, Path, description = "Six letters and digits, case does not matter"),
        ("n" = u8, Path, description = "The seat, counted from 0"),
        ("seat_id" = Option<u32>, Query, description = "The `id` of the seat: 409 `somebody_else` where another player has it by now"),
    ), responses(
    (status = 204, description = "Sent away"),
    (status = 401, description = "Not signed in"),
    (status = 403, description = "Not the host, or not from one of our own pages"),
    (status = 404, description = "No such table"),
    (status = 409, description = "Nobody or another player sits there, it is the host's own seat, or the game has begun"),
    (status = 422, description = "The parameter is wrong"),
))]
pub(crate) async fn kick(
    state: web::Data<AppState>,
    Player(who): Player,
    path: web::Path<(String, String)>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path.0)?;
    let id = id_of(&query)?;
    let seat = path.1.parse::<SeatNo>().map_err(|_| who.refused(Refusal::NoSuchSeat.into()))?;
    act(&state, &who, &code, &Command::Kick { seat, id, name: None }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Until the request arrives, others may have moved up to the seat.
fn id_of(query: &HashMap<String, String>) -> Result<Option<u32>, Problem> {
    let Some(text) = query.get("seat_id") else {
        return Ok(None);
    };
    let detail = "seat_id is not the id of a seat; expected the whole number that the view of the table gives as `id`";
    text.parse().map(Some).map_err(|_| Problem::field("seat_id", detail))
}

/// Seats bots; for the host, before the start.
#[utoipa::path(post, path = "/api/v1/games/{code}/bots", operation_id = "addBots", tag = "games", request_body = NewBots,
    params(("code" = String, Path, description = "Six letters and digits, case does not matter")), responses(
    (status = 200, description = "Seated, as many as there was place for", body = Snapshot),
    (status = 401, description = "Not signed in"),
    (status = 403, description = "Not the host, or not from one of our own pages"),
    (status = 404, description = "No such table"),
    (status = 409, description = "Every seat is taken, or the game has begun"),
    (status = 422, description = "The field breaks a rule"),
))]
pub(crate) async fn add_bots(
    state: web::Data<AppState>,
    Player(who): Player,
    path: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path)?;
    let count = usize::from(fields.number("count", BOTS)?.unwrap_or(1));
    state.mafia.add_bots(&code, &who.person, count, state.now()).await.map_err(|error| who.refused(error))?;
    Ok(HttpResponse::Ok().json(snapshot(&state, &who, &code).await?))
}
