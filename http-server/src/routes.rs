//! Every address of this server: those of the site, of rooms and of the game.

use actix_web::{
    Resource, Route, guard,
    middleware::from_fn,
    web::{self, ServiceConfig},
};

use crate::{AppState, mafia, middleware::pipeline, problem::Problem, rooms, site};

/// Mounts every address of this server. An application mounts its own before them, as runserver does with those of the sockets.
pub fn configure(state: web::Data<AppState>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let scope = web::scope("").configure(table).default_service(web::to(nothing)).wrap(from_fn(pipeline));
        config.app_data(state).service(scope);
    }
}

/// actix tries the addresses in this order, and matches those with a parameter by a regular expression each: so the fixed ones come
/// first. No two slices share an address.
fn table(at: &mut ServiceConfig) {
    at.configure(site::routes).configure(rooms::routes).configure(mafia::routes);
}

/// An address with its methods. Any other method gets 405, which lists them.
pub(crate) fn on<const N: usize>(path: &str, allow: &'static str, routes: [Route; N]) -> Resource {
    let resource = routes.into_iter().fold(web::resource(path), Resource::route);
    resource.default_service(web::to(move || async move { Err::<&str, _>(Problem::method_not_allowed(allow)) }))
}

/// GET, and HEAD wherever GET is.
pub(crate) fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Answers 404.
async fn nothing() -> Result<&'static str, Problem> {
    Err(Problem::not_found())
}
