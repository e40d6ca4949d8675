//! Every address of this server.

use actix_web::{
    Resource, Route, guard,
    middleware::from_fn,
    web::{self, ServiceConfig, delete, post, put},
};

use crate::{
    AppState, fields,
    handlers::{assets, forms, games, health, mafia, membership, messages, nothing, openapi, pages, players, rooms, session},
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
    at.configure(site).configure(rooms_api).configure(games_api).configure(pages_of_one);
}

/// The fixed addresses but the API's lists: the front doors, their forms, what is for machines.
fn site(at: &mut ServiceConfig) {
    at.service(on("/", "GET, HEAD", [get().to(pages::home)]))
        .service(on("/mafia", "GET, HEAD, POST", [get().to(mafia::tables::show), post().to(mafia::forms::create)]))
        .service(on("/mafia/rules", "GET, HEAD", [get().to(mafia::rules)]))
        // HAProxy's `option httpchk` asks with OPTIONS unless told otherwise, and reads the status alone.
        .service(on(
            "/healthz",
            "GET, HEAD, OPTIONS",
            [get().to(health::show), web::route().guard(guard::Options()).to(health::show)],
        ))
        // Forms
        .service(on("/sign-in", "POST", [post().to(forms::sign_in)]))
        .service(on("/sign-out", "POST", [post().to(forms::sign_out)]))
        .service(on("/rooms", "POST", [post().to(forms::create_room)]))
        .service(on("/join", "POST", [post().to(forms::join)]))
        .service(on("/mafia/join", "POST", [post().to(mafia::forms::join)]))
        .service(on("/language", "POST", [post().to(forms::language)]))
        // The API
        .service(on("/api/v1/openapi.json", "GET, HEAD", [get().to(openapi::show)]))
        .service(on(
            "/api/v1/session",
            "GET, HEAD, POST, DELETE",
            [get().to(session::show), post().to(session::sign_in), delete().to(session::sign_out)],
        ));
}

fn rooms_api(at: &mut ServiceConfig) {
    let room = "/api/v1/rooms/{code}";
    at.service(on("/api/v1/rooms", "GET, HEAD, POST", [get().to(rooms::list), post().to(rooms::create)]))
        .service(on(room, "GET, HEAD", [get().to(rooms::show)]))
        .service(on(&format!("{room}/membership"), "PUT, DELETE", [put().to(membership::join), delete().to(membership::leave)]))
        .service(on(&format!("{room}/messages"), "GET, HEAD, POST", [get().to(messages::list), post().to(messages::post)]));
}

fn games_api(at: &mut ServiceConfig) {
    let game = "/api/v1/games/{code}";
    at.service(on("/api/v1/games", "GET, HEAD, POST", [get().to(games::tables::list), post().to(games::tables::create)]))
        .service(on(game, "GET, HEAD", [get().to(games::tables::show)]))
        .service(on(&format!("{game}/updates"), "GET, HEAD", [get().to(games::updates::list)]))
        .service(on(&format!("{game}/seat"), "PUT, DELETE", [put().to(games::seats::join), delete().to(games::seats::leave)]))
        .service(on(&format!("{game}/seats/{{n}}"), "DELETE", [delete().to(games::seats::kick)]))
        .service(on(&format!("{game}/bots"), "POST", [post().to(games::seats::add_bots)]))
        .service(on(&format!("{game}/setup"), "PUT", [put().to(games::play::set_up)]))
        .service(on(&format!("{game}/start"), "POST", [post().to(games::play::start)]))
        .service(on(&format!("{game}/again"), "POST", [post().to(games::play::again)]))
        .service(on(&format!("{game}/replay"), "GET, HEAD", [get().to(games::replay::show)]))
        .service(on("/api/v1/players/{id}", "GET, HEAD", [get().to(players::show)]));
}

/// The page of one room, one table, one player; a release's files.
fn pages_of_one(at: &mut ServiceConfig) {
    at.service(on("/rooms/{code}", "GET, HEAD", [get().to(pages::room)]))
        .service(on("/rooms/{code}/leave", "POST", [post().to(forms::leave)]))
        .service(on("/mafia/{code}", "GET, HEAD", [get().to(mafia::table::show)]))
        .service(on("/mafia/{code}/replay", "GET, HEAD", [get().to(mafia::table::replay)]))
        .service(on("/players/{id}", "GET, HEAD", [get().to(mafia::player::show)]))
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
