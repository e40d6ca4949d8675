//! `/api/v1/rooms/{code}/membership`: joins and leaves a room.

use actix_web::{HttpResponse, web};

use super::{code_of, rooms::RoomPeople};
use crate::{AppState, problem::Problem, site::sign_in::session::SignedIn};

/// Joins a room; being a member already is no error.
#[utoipa::path(put, path = "/api/v1/rooms/{code}/membership", operation_id = "joinRoom", tag = "rooms", responses(
    (status = 200, description = "A member", body = RoomPeople),
    (status = 409, description = "The room is full"),
))]
pub(crate) async fn join(
    state: web::Data<AppState>,
    signed_in: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = state.rooms.join(&code_of(&path)?, &signed_in.0.user, state.now()).await?;
    Ok(HttpResponse::Ok().json(RoomPeople::from(&view)))
}

/// Leaves a room; not being a member is no error.
#[utoipa::path(delete, path = "/api/v1/rooms/{code}/membership", operation_id = "leaveRoom", tag = "rooms", responses(
    (status = 204, description = "No member"),
))]
pub(crate) async fn leave(
    state: web::Data<AppState>,
    signed_in: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    state.rooms.leave(&code_of(&path)?, &signed_in.0.user).await?;
    Ok(HttpResponse::NoContent().finish())
}
