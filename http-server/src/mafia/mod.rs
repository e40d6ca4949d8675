//! The game Mafia: its tables, replays, players and rules as pages, and the API.

pub(crate) mod api;
mod caller;
mod pages;
mod problem;
pub(crate) mod views;

use actix_web::web::{ServiceConfig, delete, post, put};

use self::{
    api::{play, players, replay, seats, updates},
    pages::{forms, player, table},
};
use crate::{
    AppState,
    routes::{get, on},
};
use ::mafia::Caller;
use store::RoomCode;

/// The addresses of the game.
pub(crate) fn routes(at: &mut ServiceConfig) {
    at.configure(page_routes).configure(api_routes);
}

fn api_routes(at: &mut ServiceConfig) {
    let game = "/api/v1/games/{code}";
    at.service(on("/api/v1/games", "GET, HEAD, POST", [get().to(api::tables::list), post().to(api::tables::create)]))
        .service(on(game, "GET, HEAD", [get().to(api::tables::show)]))
        .service(on(&format!("{game}/updates"), "GET, HEAD", [get().to(updates::list)]))
        .service(on(&format!("{game}/seat"), "PUT, DELETE", [put().to(seats::join), delete().to(seats::leave)]))
        .service(on(&format!("{game}/seats/{{n}}"), "DELETE", [delete().to(seats::kick)]))
        .service(on(&format!("{game}/bots"), "POST", [post().to(seats::add_bots)]))
        .service(on(&format!("{game}/setup"), "PUT", [put().to(play::set_up)]))
        .service(on(&format!("{game}/start"), "POST", [post().to(play::start)]))
        .service(on(&format!("{game}/again"), "POST", [post().to(play::again)]))
        .service(on(&format!("{game}/replay"), "GET, HEAD", [get().to(replay::show)]))
        .service(on("/api/v1/players/{id}", "GET, HEAD", [get().to(players::show)]));
}

fn page_routes(at: &mut ServiceConfig) {
    at.service(on("/mafia", "GET, HEAD, POST", [get().to(pages::tables::show), post().to(forms::create)]))
        .service(on("/mafia/rules", "GET, HEAD", [get().to(pages::rules)]))
        .service(on("/mafia/join", "POST", [post().to(forms::join)]))
        .service(on("/mafia/{code}", "GET, HEAD", [get().to(table::show)]))
        .service(on("/mafia/{code}/replay", "GET, HEAD", [get().to(table::replay)]))
        .service(on("/players/{id}", "GET, HEAD", [get().to(player::show)]));
}

/// The name of the table that a path leads to.
pub(crate) async fn invitation(state: &AppState, path: &str) -> Option<String> {
    let code = RoomCode::parse(path.strip_prefix("/mafia/")?).ok()?;
    state.mafia.snapshot(&code, &Caller::guest(), state.now()).await.ok().map(|seen| seen.game.name)
}
