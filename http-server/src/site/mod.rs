//! The parts that all slices use: layout, errors, health, static files, languages, sign-in and the OpenAPI document.

pub(crate) mod assets;
pub(crate) mod connection;
pub(crate) mod fault;
pub(crate) mod health;
pub(crate) mod json;
pub(crate) mod languages;
pub(crate) mod layout;
mod modules;
pub(crate) mod openapi;
#[cfg(test)]
pub(crate) mod page_tests;
pub(crate) mod readiness;
pub(crate) mod refusal;
pub(crate) mod sign_in;
#[cfg(test)]
mod text_tests;
pub(crate) mod texts;
pub(crate) mod utc;

use actix_web::{
    HttpResponse, guard,
    http::header,
    web::{self, ServiceConfig, delete, post},
};

use self::sign_in::{api as session, page, socket_token};
use crate::routes::{get, on};

/// The addresses that do not belong to a slice.
pub(crate) fn routes(at: &mut ServiceConfig) {
    // HAProxy's `option httpchk` sends OPTIONS by default, and reads the status alone.
    let options = || web::route().guard(guard::Options());
    let health = [get().to(health::show), options().to(health::show)];
    let live = [get().to(readiness::live), options().to(readiness::live)];
    let ready = [get().to(readiness::ready), options().to(readiness::ready)];
    let session = [get().to(session::show), post().to(session::sign_in), delete().to(session::sign_out)];
    at.service(on("/healthz", "GET, HEAD, OPTIONS", health))
        .service(on("/livez", "GET, HEAD, OPTIONS", live))
        .service(on("/readyz", "GET, HEAD, OPTIONS", ready))
        .service(on("/sign-in", "POST", [post().to(page::sign_in)]))
        .service(on("/sign-out", "POST", [post().to(page::sign_out)]))
        .service(on("/language", "POST", [post().to(languages::choose)]))
        .service(on("/static/{hash}/{file:.*}", "GET, HEAD", [get().to(assets::show)]))
        .service(on("/api/v1/openapi.json", "GET, HEAD", [get().to(openapi::show)]))
        .service(on("/api/v1/connection", "GET, HEAD", [get().to(connection::show)]))
        .service(on("/api/v1/session", "GET, HEAD, POST, DELETE", session))
        .service(on("/api/v1/socket-token", "POST", [post().to(socket_token::make)]));
}

/// Sends the browser to another page after a form.
pub(crate) fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// A sample of every page of this slice, with `text` in place of each text from outside.
#[cfg(test)]
pub(crate) fn every_page(layout: &layout::Layout, text: &str) -> Vec<String> {
    [page::tests::every_page(layout, text), refusal::tests::every_page(layout, text)].concat()
}
