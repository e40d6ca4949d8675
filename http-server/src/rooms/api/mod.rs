//! `/api/v1/rooms`

pub(crate) mod membership;
pub(crate) mod messages;
pub(crate) mod rooms;

use actix_web::web;
use store::RoomCode;
use uuid::Uuid;

use crate::problem::Problem;

/// Reads the room's code in a path. Any other text gets 404.
fn code_of(path: &web::Path<String>) -> Result<RoomCode, Problem> {
    RoomCode::parse(path).map_err(|_| Problem::room_not_found())
}

/// A code for a new room. The first six bytes of a random UUID are random throughout.
pub(crate) fn random_code() -> RoomCode {
    let [a, b, c, d, e, f, ..] = *Uuid::new_v4().as_bytes();
    RoomCode::from_random(&[a, b, c, d, e, f])
}
