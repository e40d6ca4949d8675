//! `/healthz`: whether this process can do its work.

use actix_web::{HttpResponse, http::StatusCode, web};
use catamaran::LayerStatus;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{AppState, limits::PING};

/// How this process is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`; `degraded` where pages work and live news do not; `unavailable`.
    status: &'static str,
    /// The program.
    process: &'static str,
    /// Its version.
    version: &'static str,
    /// `ok` or `unavailable`.
    database: &'static str,
    /// `ok` or `unavailable`.
    layer: &'static str,
    /// The tables and rights that the database's role lacks, as `SELECT on users`; only where it lacks some.
    #[serde(skip_serializing_if = "Option::is_none")]
    lacks: Option<String>,
}

/// Says whether this process can do its work. Without Redis it can: live news alone is missing.
#[utoipa::path(get, path = "/healthz", operation_id = "showHealth", tag = "health", security(()), responses(
    (status = 200, description = "It can", body = Health),
    (status = 503, description = "The database does not answer, takes no writes, or refuses a right", body = Health),
))]
pub(crate) async fn show(state: web::Data<AppState>) -> HttpResponse {
    let (database, lacks) = match tokio::time::timeout(PING, state.store.check()).await {
        Ok(Ok(())) => (true, None),
        Ok(Err(error)) => {
            log::error!("health: the database cannot be used: {error}");
            (false, error.lacks().map(ToOwned::to_owned))
        }
        Err(_) => {
            log::error!("health: the database did not answer within {} s", PING.as_secs());
            (false, None)
        }
    };
    let layer = state.layer.status() == LayerStatus::Up;
    let (code, status) = match (database, layer) {
        (true, true) => (StatusCode::OK, "ok"),
        (true, false) => (StatusCode::OK, "degraded"),
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    HttpResponse::build(code).json(Health {
        status,
        process: state.program.name,
        version: env!("CARGO_PKG_VERSION"),
        database: word(database),
        layer: word(layer),
        lacks,
    })
}

fn word(up: bool) -> &'static str {
    if up { "ok" } else { "unavailable" }
}
