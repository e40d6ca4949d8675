//! `/healthz`: does this process do its work, and what has it done?

use std::time::Duration;

use actix_web::{HttpResponse, web};
use channels::LayerStatus;
use serde_json::json;

use crate::Tier;

/// How long the database has to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// 200 where layer and database work, 503 where one does not: sockets stay open meanwhile, but nothing crosses processes, or no client gets
/// in.
pub(crate) async fn health(tier: web::ThinData<Tier>) -> HttpResponse {
    // Why is in the log: an address is not for clients.
    let layer = tier.layer.status() == LayerStatus::Up;
    let database = database_works(&tier).await;
    let (status, mut response) = match layer && database {
        true => ("ok", HttpResponse::Ok()),
        false => ("unavailable", HttpResponse::ServiceUnavailable()),
    };
    let stats = tier.layer.stats();
    response.insert_header(("cache-control", "no-store")).json(json!({
        "status": status,
        "process": tier.settings.process.name(),
        "version": env!("CARGO_PKG_VERSION"),
        "database": word(database),
        "layer": word(layer),
        "messages": {
            "delivered": stats.delivered,
            "dropped": stats.dropped,
            "refused": stats.refused,
            "expired": stats.expired,
            "undecodable": stats.undecodable,
        },
        "sockets": tier.counters.snapshot(),
    }))
}

async fn database_works(tier: &Tier) -> bool {
    let Some(sessions) = &tier.sessions else { return true };
    match tokio::time::timeout(PATIENCE, sessions.check()).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            log::error!("health: the database cannot be used: {error}");
            false
        }
        Err(_) => {
            log::error!("health: the database did not answer within {} s", PATIENCE.as_secs());
            false
        }
    }
}

fn word(works: bool) -> &'static str {
    if works { "ok" } else { "unavailable" }
}
