//! Rooms: the lobby, the page of a room, and the API.

pub(crate) mod api;
pub(crate) mod lobby;
pub(crate) mod room;
pub(crate) mod texts;

use actix_web::web::{ServiceConfig, delete, post, put};

use self::api::{membership, messages, rooms};
use crate::routes::{get, on};

/// The addresses of rooms.
pub(crate) fn routes(at: &mut ServiceConfig) {
    let one = "/api/v1/rooms/{code}";
    at.service(on("/", "GET, HEAD", [get().to(lobby::show)]))
        .service(on("/rooms", "POST", [post().to(lobby::create)]))
        .service(on("/join", "POST", [post().to(lobby::join)]))
        .service(on("/rooms/{code}", "GET, HEAD", [get().to(room::show)]))
        .service(on("/rooms/{code}/leave", "POST", [post().to(room::leave)]))
        .service(on("/api/v1/rooms", "GET, HEAD, POST", [get().to(rooms::list), post().to(rooms::create)]))
        .service(on(one, "GET, HEAD", [get().to(rooms::show)]))
        .service(on(&format!("{one}/membership"), "PUT, DELETE", [put().to(membership::join), delete().to(membership::leave)]))
        .service(on(&format!("{one}/messages"), "GET, HEAD, POST", [get().to(messages::list), post().to(messages::post)]));
}

/// A sample of every page of this slice, with `text` in place of each text from outside.
#[cfg(test)]
pub(crate) fn every_page(layout: &crate::site::layout::Layout, text: &str) -> Vec<String> {
    [lobby::tests::every_page(layout, text), room::tests::every_page(layout, text)].concat()
}
