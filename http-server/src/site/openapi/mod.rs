//! `/api/v1/openapi.json`: the API as a machine reads it, made from the handlers themselves.

mod bounds;
mod refusals;

use std::sync::LazyLock;

use accounts::SESSION_COOKIE;
use actix_web::{HttpResponse, web::Bytes};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, SecurityScheme},
};

use self::refusals::Refusals;
use super::{
    connection, health, readiness,
    sign_in::{api as session, socket_token},
};
use crate::{
    mafia::api::{self as games, players},
    problem::ProblemBody,
    rooms::api::{membership, messages, rooms},
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Catamaran", description = "Rooms, people and messages; tables of Mafia. What happens live comes over WebSockets, see docs/protocol.md."),
    paths(
        session::sign_in, session::show, session::sign_out, socket_token::make,
        rooms::list, rooms::create, rooms::show,
        membership::join, membership::leave,
        messages::list, messages::post,
        games::tables::list, games::tables::create, games::tables::show, games::updates::list,
        games::seats::join, games::seats::leave, games::seats::kick, games::seats::add_bots,
        games::play::set_up, games::play::start, games::play::again, games::replay::show, players::show,
        health::show, readiness::live, readiness::ready, connection::show, show,
    ),
    components(schemas(ProblemBody)),
    security(("session" = [])),
    modifiers(&Cookie, &Refusals),
)]
pub(crate) struct Api;

struct Cookie;

impl Modify for Cookie {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let names = "Over https the name is `__Host-catamaran_session`; with COOKIE_DOMAIN it is `__Secure-catamaran_session`.";
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(SESSION_COOKIE, names)));
        if let Some(components) = api.components.as_mut() {
            components.add_security_scheme("session", cookie);
        }
    }
}

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| {
    let mut document = serde_json::to_value(Api::openapi()).expect("the document has only text, numbers and maps with text keys");
    bounds::add(&mut document);
    Bytes::from(document.to_string())
});

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", operation_id = "showOpenApi", tag = "health", security(()), responses(
    (status = 200, description = "The API as OpenAPI 3.1", content_type = "application/json"),
))]
pub(crate) async fn show() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT.clone())
}
