//! One file for each resource.

pub(crate) mod assets;
pub(crate) mod forms;
pub(crate) mod games;
pub(crate) mod health;
pub(crate) mod mafia;
pub(crate) mod membership;
pub(crate) mod messages;
pub(crate) mod openapi;
mod openapi_bounds;
mod openapi_refusals;
pub(crate) mod pages;
pub(crate) mod players;
pub(crate) mod rooms;
pub(crate) mod session;

use actix_web::web;
use store::RoomCode;
use uuid::Uuid;

use crate::problem::Problem;

/// Nothing is here.
pub(crate) async fn nothing() -> Result<&'static str, Problem> {
    Err(Problem::not_found())
}

/// The room's code in a path; what is no code names no room.
fn code_of(path: &web::Path<String>) -> Result<RoomCode, Problem> {
    RoomCode::parse(path).map_err(|_| Problem::room_not_found())
}

/// A code for a new room. The first six bytes of a random UUID are random throughout.
fn random_code() -> RoomCode {
    let [a, b, c, d, e, f, ..] = *Uuid::new_v4().as_bytes();
    RoomCode::from_random(&[a, b, c, d, e, f])
}
