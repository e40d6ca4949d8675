//! `/healthz`: does this process do its work, and what has it done?

use actix_web::{HttpResponse, web};
use channels::LayerStatus;
use serde_json::json;

use crate::Tier;

/// 200 where the layer works, 503 where it does not: sockets stay open meanwhile, but nothing crosses processes.
pub(crate) async fn health(tier: web::ThinData<Tier>) -> HttpResponse {
    let layer = match tier.layer.status() {
        LayerStatus::Up => "ok".to_owned(),
        LayerStatus::Down(_) => "unavailable".to_owned(), // why is in the log: an address is nobody's business out there
    };
    let (status, mut response) = match layer.as_str() {
        "ok" => ("ok", HttpResponse::Ok()),
        _ => ("unavailable", HttpResponse::ServiceUnavailable()),
    };
    let stats = tier.layer.stats();
    response.insert_header(("cache-control", "no-store")).json(json!({
        "status": status,
        "process": tier.settings.process.name(),
        "version": env!("CARGO_PKG_VERSION"),
        "layer": layer,
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
