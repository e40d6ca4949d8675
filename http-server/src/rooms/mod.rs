//! Rooms: the lobby, the page of a room, and the API.

pub(crate) mod api;
pub(crate) mod pages;

use actix_web::web::{ServiceConfig, delete, post, put};

use self::api::{membership, messages, rooms};
use crate::{
    routes::{get, on},
    site::forms,
};

/// The addresses of rooms.
pub(crate) fn routes(at: &mut ServiceConfig) {
    let room = "/api/v1/rooms/{code}";
    at.service(on("/", "GET, HEAD", [get().to(pages::home)]))
        .service(on("/rooms", "POST", [post().to(forms::create_room)]))
        .service(on("/join", "POST", [post().to(forms::join)]))
        .service(on("/rooms/{code}", "GET, HEAD", [get().to(pages::room)]))
        .service(on("/rooms/{code}/leave", "POST", [post().to(forms::leave)]))
        .service(on("/api/v1/rooms", "GET, HEAD, POST", [get().to(rooms::list), post().to(rooms::create)]))
        .service(on(room, "GET, HEAD", [get().to(rooms::show)]))
        .service(on(&format!("{room}/membership"), "PUT, DELETE", [put().to(membership::join), delete().to(membership::leave)]))
        .service(on(&format!("{room}/messages"), "GET, HEAD, POST", [get().to(messages::list), post().to(messages::post)]));
}
