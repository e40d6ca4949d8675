//! `/healthz`: whether this process works, and its counters.

use std::time::Duration;

use actix_web::{
    HttpResponse, Resource, guard,
    http::{StatusCode, header},
    web,
};
use catamaran::LayerStatus;
use serde_json::json;

use crate::{ServerState, Unhealthy, plain::problem};

/// GET, HEAD, and OPTIONS: HAProxy's `option httpchk` uses it by default, and reads the status alone.
const METHODS: &str = "GET, HEAD, OPTIONS";

/// The address and its methods.
pub(crate) fn resource() -> Resource {
    let asks = guard::Any(guard::Get()).or(guard::Head()).or(guard::Options());
    web::resource("/healthz").route(web::route().guard(asks).to(health)).default_service(web::to(wrong_method))
}

async fn wrong_method() -> HttpResponse {
    let detail = format!("the health of this process is read with one of {METHODS}");
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", &detail);
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(METHODS));
    response
}

/// How long the application's check may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The field of a failed check whose service has no name.
const UNNAMED: &str = "authentication";

/// 200 where the layer and the application's check work, otherwise 503. Open sockets stay open meanwhile. Without the layer no message
/// crosses processes; without the checked service no client can sign in.
pub(crate) async fn health(state: web::ThinData<ServerState>) -> HttpResponse {
    // The reason is in the log alone, since it may hold an address.
    let layer = state.layer.status() == LayerStatus::Up;
    let (service, lacks) = check_service(&state).await;
    let (status, mut response) = match layer && service {
        true => ("ok", HttpResponse::Ok()),
        false => ("unavailable", HttpResponse::ServiceUnavailable()),
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
async fn check_service(state: &ServerState) -> (bool, Option<String>) {
    let name = state.sessions.checked().unwrap_or(UNNAMED);
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

fn word(works: bool) -> &'static str {
    if works { "ok" } else { "unavailable" }
}
