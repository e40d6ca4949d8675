//! Every address of this server.

use actix_web::{
    Resource, Route, guard,
    middleware::from_fn,
    web::{self, ServiceConfig, delete, post, put},
};

use crate::{
    AppState, fields,
    handlers::{assets, forms, health, membership, messages, nothing, openapi, pages, rooms, session},
    middleware::around,
    problem::Problem,
};

/// Every address of this server, for an application of one's own: runserver has the sockets' addresses before these.
pub fn configure(state: web::Data<AppState>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let scope = web::scope("").configure(table).default_service(web::to(nothing)).wrap(from_fn(around));
        config.app_data(state).app_data(fields::form_config()).service(scope);
    }
}

/// The addresses are tried in this order, and those with a parameter by an expression each: so the fixed ones come first.
fn table(at: &mut ServiceConfig) {
    let rooms_path = "/api/v1/rooms/{code}";
    at.service(on("/", "GET, HEAD", [get().to(pages::home)]))
        .service(on("/healthz", "GET, HEAD", [get().to(health::show)]))
        // Forms
        .service(on("/sign-in", "POST", [post().to(forms::sign_in)]))
        .service(on("/sign-out", "POST", [post().to(forms::sign_out)]))
        .service(on("/rooms", "POST", [post().to(forms::create_room)]))
        .service(on("/join", "POST", [post().to(forms::join)]))
        .service(on("/language", "POST", [post().to(forms::language)]))
        // The API
        .service(on("/api/v1/openapi.json", "GET, HEAD", [get().to(openapi::show)]))
        .service(on(
            "/api/v1/session",
            "GET, HEAD, POST, DELETE",
            [get().to(session::show), post().to(session::sign_in), delete().to(session::sign_out)],
        ))
        .service(on("/api/v1/rooms", "GET, HEAD, POST", [get().to(rooms::list), post().to(rooms::create)]))
        .service(on(rooms_path, "GET, HEAD", [get().to(rooms::show)]))
        .service(on(
            &format!("{rooms_path}/membership"),
            "PUT, DELETE",
            [put().to(membership::join), delete().to(membership::leave)],
        ))
        .service(on(&format!("{rooms_path}/messages"), "GET, HEAD, POST", [get().to(messages::list), post().to(messages::post)]))
        // A room's page, a release's files
        .service(on("/rooms/{code}", "GET, HEAD", [get().to(pages::room)]))
        .service(on("/rooms/{code}/leave", "POST", [post().to(forms::leave)]))
        .service(on("/static/{hash}/{file:.*}", "GET, HEAD", [get().to(assets::show)]));
}

/// An address with its methods; any other method is told which there are.
fn on<const N: usize>(path: &str, allow: &'static str, routes: [Route; N]) -> Resource {
    let resource = routes.into_iter().fold(web::resource(path), Resource::route);
    resource.default_service(web::to(move || async move { Err::<&str, _>(Problem::method_not_allowed(allow)) }))
}

/// GET, and HEAD wherever GET is.
fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}
