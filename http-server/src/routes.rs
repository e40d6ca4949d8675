//! Every address of this server: those of the site, of rooms and of the game.

use actix_web::{
    Resource, Route, guard,
    middleware::from_fn,
    web::{self, ServiceConfig},
};

use crate::{AppState, mafia, middleware::around, problem::Problem, rooms, site};

/// Every address of this server, for an application of one's own: runserver has the sockets' addresses before these.
pub fn configure(state: web::Data<AppState>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let scope = web::scope("").configure(table).default_service(web::to(nothing)).wrap(from_fn(around));
        config.app_data(state).service(scope);
    }
}

/// Within a slice the addresses are tried in their order, and those with a parameter by an expression each: so the fixed ones come
/// first. No two slices share an address.
fn table(at: &mut ServiceConfig) {
    at.configure(site::routes).configure(rooms::routes).configure(mafia::routes);
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
