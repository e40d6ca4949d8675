//! Every address of this server: those of the site, of rooms and of the game.

use actix_web::{
    Resource, Route, guard,
    middleware::from_fn,
    web::{self, ServiceConfig, delete, post, put},
};

use crate::{
    AppState, fields,
    handlers::{games, mafia, players},
    middleware::around,
    problem::Problem,
    rooms, site,
};

/// Every address of this server, for an application of one's own: runserver has the sockets' addresses before these.
pub fn configure(state: web::Data<AppState>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let scope = web::scope("").configure(table).default_service(web::to(nothing)).wrap(from_fn(around));
        config.app_data(state).app_data(fields::form_config()).service(scope);
    }
}

/// Within a slice the addresses are tried in their order, and those with a parameter by an expression each: so the fixed ones come
/// first. No two slices share an address.
fn table(at: &mut ServiceConfig) {
    at.configure(site::routes).configure(rooms::routes).configure(games_api).configure(game_pages);
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

fn game_pages(at: &mut ServiceConfig) {
    at.service(on("/mafia", "GET, HEAD, POST", [get().to(mafia::tables::show), post().to(mafia::forms::create)]))
        .service(on("/mafia/rules", "GET, HEAD", [get().to(mafia::rules)]))
        .service(on("/mafia/join", "POST", [post().to(mafia::forms::join)]))
        .service(on("/mafia/{code}", "GET, HEAD", [get().to(mafia::table::show)]))
        .service(on("/mafia/{code}/replay", "GET, HEAD", [get().to(mafia::table::replay)]))
        .service(on("/players/{id}", "GET, HEAD", [get().to(mafia::player::show)]));
}

/// An address with its methods; any other method is told which there are.
pub(crate) fn on<const N: usize>(path: &str, allow: &'static str, routes: [Route; N]) -> Resource {
    let resource = routes.into_iter().fold(web::resource(path), Resource::route);
    resource.default_service(web::to(move || async move { Err::<&str, _>(Problem::method_not_allowed(allow)) }))
}

/// GET, and HEAD wherever GET is.
pub(crate) fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Nothing is here.
async fn nothing() -> Result<&'static str, Problem> {
    Err(Problem::not_found())
}
