//! The frame of all pages and of the API: layout, errors, health, static files, languages, sign-in and the OpenAPI document.

pub(crate) mod assets;
pub(crate) mod forms;
pub(crate) mod health;
pub(crate) mod lang;
pub(crate) mod layout;
pub(crate) mod openapi;
pub(crate) mod script;
pub(crate) mod sign_in;
pub(crate) mod utc;

use actix_web::{
    guard,
    web::{self, ServiceConfig, delete, post},
};

use self::sign_in::api as session;
use crate::routes::{get, on};

/// The addresses that every deployment has, whatever its slices.
pub(crate) fn routes(at: &mut ServiceConfig) {
    // HAProxy's `option httpchk` asks with OPTIONS unless told otherwise, and reads the status alone.
    let health = [get().to(health::show), web::route().guard(guard::Options()).to(health::show)];
    let session = [get().to(session::show), post().to(session::sign_in), delete().to(session::sign_out)];
    at.service(on("/healthz", "GET, HEAD, OPTIONS", health))
        .service(on("/sign-in", "POST", [post().to(forms::sign_in)]))
        .service(on("/sign-out", "POST", [post().to(forms::sign_out)]))
        .service(on("/language", "POST", [post().to(forms::language)]))
        .service(on("/static/{hash}/{file:.*}", "GET, HEAD", [get().to(assets::show)]))
        .service(on("/api/v1/openapi.json", "GET, HEAD", [get().to(openapi::show)]))
        .service(on("/api/v1/session", "GET, HEAD, POST, DELETE", session));
}
