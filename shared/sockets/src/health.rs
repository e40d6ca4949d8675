//! `/healthz`: whether this process works, and its counters. The addresses of all health checks.

use std::time::Duration;

use actix_web::{
    Handler, HttpResponse, Resource, Responder, guard,
    http::{StatusCode, header},
    web::{self, ServiceConfig},
};
use catamaran::LayerStatus;
use serde_json::json;

use crate::{ServerState, Unhealthy, plain::problem, readiness};

/// GET, HEAD, and OPTIONS: HAProxy's `option httpchk` uses it by default, and reads the status alone.
pub(crate) const METHODS: &str = "GET, HEAD, OPTIONS";

/// `/healthz` for people, `/livez` and `/readyz` for balancers and orchestrators.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config
        .service(resource("/healthz", health))
        .service(resource("/livez", readiness::live))
        .service(resource("/readyz", readiness::ready));
}

fn resource<F>(path: &str, show: F) -> Resource
where
    F: Handler<(web::ThinData<ServerState>,)>,
    F::Output: Responder + 'static,
{
    let asks = guard::Any(guard::Get()).or(guard::Head()).or(guard::Options());
    web::resource(path).route(web::route().guard(asks).to(show)).default_service(web::to(wrong_method))
}

async fn wrong_method() -> HttpResponse {
    let detail = format!("this address is read with one of {METHODS}");
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", &detail);
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(METHODS));
    response
}

/// How long the application's check may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The field of a failed check whose service has no name.
const UNNAMED: &str = "authentication";

/// 200 if the layer and the application's check work and the process does not stop, otherwise 503. Open sockets stay open meanwhile. Without
/// the layer no message crosses processes; without the checked service no client can sign in.
pub(crate) async fn health(state: web::ThinData<ServerState>) -> HttpResponse {
    // The reason is in the log alone, since it may hold an address.
    let layer = state.layer.status() == LayerStatus::Up;
    let (service, lacks) = check_service(&state).await;
    let (status, mut response) = match (state.is_draining(), layer && service) {
        (true, _) => ("draining", HttpResponse::ServiceUnavailable()),
        (false, true) => ("ok", HttpResponse::Ok()),
        (false, false) => ("unavailable", HttpResponse::ServiceUnavailable()),
    };
    let stats = state.layer.stats();
    let mut health = json!({
        "status": status,
        "process": state.settings.program.name,
        "version": state.settings.program.version,
        "layer": word(layer),
        "messages": {
            "delivered": stats.delivered,
            "dropped": stats.dropped,
            "refused": stats.refused,
            "expired": stats.expired,
            "undecodable": stats.undecodable,
        },
        "sockets": state.counters.snapshot(),
    });
    if let Some(name) = state.sessions.checked().or((!service).then_some(UNNAMED)) {
        health[name] = word(service).into();
    }
    if let Some(lacks) = lacks {
        health["lacks"] = lacks.into();
    }
    response.insert_header(("cache-control", "no-store")).insert_header((header::ALLOW, METHODS)).json(health)
}

/// Returns whether the service that the application checks works, and the tables and rights that the program lacks there.
pub(crate) async fn check_service(state: &ServerState) -> (bool, Option<String>) {
    let name = service_name(state);
    match tokio::time::timeout(PATIENCE, state.sessions.check()).await {
        Ok(Ok(())) => (true, None),
        Ok(Err(Unhealthy { log, lacks })) => {
            log::error!("health: {name} cannot be used: {log}");
            (false, lacks)
        }
        Err(_) => {
            log::error!("health: {name} did not answer within {} s", PATIENCE.as_secs());
            (false, None)
        }
    }
}

/// The name of the service that the application checks.
pub(crate) fn service_name(state: &ServerState) -> &'static str {
    state.sessions.checked().unwrap_or(UNNAMED)
}

fn word(works: bool) -> &'static str {
    if works { "ok" } else { "unavailable" }
}
