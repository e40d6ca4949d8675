//! `/api/v1/rooms`: lists, creates and shows rooms.

use actix_web::{HttpResponse, http::header, web};
use rooms::{
    RoomView,
    wire::{Member, RoomSummary},
};
use serde::{Deserialize, Serialize};
use store::RoomName;
use utoipa::ToSchema;

use super::{code_of, random_code};
use crate::{
    AppState,
    input::{Json, Text},
    limits::Capacity,
    problem::Problem,
    site::sign_in::session::SignedIn,
};

/// A room to create.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewRoom {
    /// 1 to 40 characters as a reader counts them, at least one of them visible.
    #[schema(value_type = String)]
    name: Text<RoomName>,
    /// Members that it may have; 50 by default.
    #[schema(value_type = Option<u16>)]
    capacity: Option<Capacity>,
}

/// Rooms, the newest activity first.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomList {
    /// At most 100.
    rooms: Vec<RoomSummary>,
}

/// A room and its members.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomPeople {
    /// The room.
    room: RoomSummary,
    /// All members, online or not.
    members: Vec<Member>,
}

impl From<&RoomView> for RoomPeople {
    fn from(view: &RoomView) -> Self {
        Self { room: RoomSummary::from(&view.room), members: view.members.iter().map(Member::from).collect() }
    }
}

/// Lists the rooms.
#[utoipa::path(get, path = "/api/v1/rooms", operation_id = "listRooms", tag = "rooms", responses(
    (status = 200, description = "The rooms, newest activity first", body = RoomList),
))]
pub(crate) async fn list(state: web::Data<AppState>, _signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    let rooms = state.rooms.list().await?;
    Ok(HttpResponse::Ok().json(RoomList { rooms: rooms.iter().map(RoomSummary::from).collect() }))
}

/// Creates a room; its creator is the first member.
#[utoipa::path(post, path = "/api/v1/rooms", operation_id = "createRoom", tag = "rooms", responses(
    (status = 201, description = "Created", body = RoomSummary, headers(("Location" = String, description = "The room in this API"))),
))]
pub(crate) async fn create(
    state: web::Data<AppState>,
    signed_in: SignedIn,
    body: Json<NewRoom>,
) -> Result<HttpResponse, Problem> {
    let NewRoom { name, capacity } = body.read()?;
    let capacity = capacity.map(|capacity| capacity.0);
    let room = state.rooms.create(&signed_in.0.user, &name.0, capacity, random_code, state.now()).await?;
    let location = format!("/api/v1/rooms/{}", room.code);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(RoomSummary::from(&room)))
}

/// Shows a room and its members.
#[utoipa::path(get, path = "/api/v1/rooms/{code}", operation_id = "showRoom", tag = "rooms", responses(
    (status = 200, description = "The room", body = RoomPeople),
))]
pub(crate) async fn show(
    state: web::Data<AppState>,
    _signed_in: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = state.rooms.view(&code_of(&path)?).await?;
    Ok(HttpResponse::Ok().json(RoomPeople::from(&view)))
}
