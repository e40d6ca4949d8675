//! `/livez` and `/readyz`, for load balancers and orchestrators: whether the process runs, and whether it can serve clients.

use std::{borrow::Cow, time::Instant};

use actix_web::{HttpResponse, http::StatusCode, web};
use catamaran_boot::has_free_descriptors;
use serde::Serialize;
use tokio::{sync::Mutex, time::timeout};
use utoipa::ToSchema;

use crate::{
    AppState,
    limits::{READY, READY_REUSED},
};

/// The paths of health checks: they are answered for any host, at any rate and for any query.
const PROBES: [&str; 3] = ["/healthz", "/livez", "/readyz"];

/// Whether a path is one of a health check.
pub(crate) fn is_probe(path: &str) -> bool {
    PROBES.contains(&path)
}

/// The process runs.
#[derive(Serialize, ToSchema)]
pub(crate) struct Liveness {
    /// `alive`.
    status: &'static str,
    /// The program.
    process: &'static str,
    /// Its version.
    version: &'static str,
}

/// Whether the process can serve clients.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// `ready`; `degraded` where pages work and live news do not (200 too); `unready`.
    status: &'static str,
    /// The program.
    process: &'static str,
    /// Its version.
    version: &'static str,
    /// The parts that are missing. Empty if the process is ready.
    reasons: Vec<Reason>,
}

/// A part that is missing.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// `draining`, `database`, `disk`, `descriptors` or `layer`.
    code: &'static str,
    /// The reason, for operators.
    detail: Cow<'static, str>,
}

const DRAINING: Reason =
    Reason { code: "draining", detail: Cow::Borrowed("the process has been asked to stop: send requests to another process") };
const DATABASE: Reason = Reason { code: "database", detail: Cow::Borrowed("the database cannot be used: the log says why") };
const DISK: Reason = Reason {
    code: "disk",
    detail: Cow::Borrowed("the database takes no writes (a full disk, a read-only database): the log says why"),
};
const DESCRIPTORS: Reason = Reason {
    code: "descriptors",
    detail: Cow::Borrowed("the process can open no further connection: raise its limit of open files (ulimit -n)"),
};
const LAYER: Reason = Reason {
    code: "layer",
    detail: Cow::Borrowed("the channel layer is out of reach: pages work, and open pages get no live news until it is back"),
};

/// Says that the process runs, whatever it lacks: a restart would bring back neither a database nor a disk.
#[utoipa::path(get, path = "/livez", operation_id = "showLiveness", tag = "health", security(()), responses(
    (status = 200, description = "The process runs", body = Liveness),
))]
pub(crate) async fn live(state: web::Data<AppState>) -> HttpResponse {
    HttpResponse::Ok().json(Liveness { status: "alive", process: state.program.name, version: state.program.version })
}

/// Says whether the process can serve clients. Without Redis it can: live news alone is missing, for every process.
#[utoipa::path(get, path = "/readyz", operation_id = "showReadiness", tag = "health", security(()), responses(
    (status = 200, description = "It can", body = Readiness),
    (status = 503, description = "It stops, or a part is missing without which it cannot", body = Readiness),
))]
pub(crate) async fn ready(state: web::Data<AppState>) -> HttpResponse {
    let missing = if state.stop.is_cancelled() { vec![DRAINING] } else { state.needs.missing(&state).await };
    let (code, status, reasons) = match look_at_layer(&state) {
        _ if !missing.is_empty() => (StatusCode::SERVICE_UNAVAILABLE, "unready", missing),
        None => (StatusCode::OK, "ready", missing),
        Some(reason) => (StatusCode::OK, "degraded", vec![reason]),
    };
    let (process, version) = (state.program.name, state.program.version);
    HttpResponse::build(code).json(Readiness { status, process, version, reasons })
}

/// The parts that are missing and without which a process cannot serve, as they were found at most a second ago.
#[derive(Default)]
pub(crate) struct Needs(Mutex<Option<(Instant, Vec<Reason>)>>);

impl Needs {
    /// While one caller looks, the others wait for its result.
    async fn missing(&self, state: &AppState) -> Vec<Reason> {
        let mut last = self.0.lock().await;
        if let Some((_, missing)) = last.as_ref().filter(|(at, _)| at.elapsed() < READY_REUSED) {
            return missing.clone();
        }
        let missing: Vec<Reason> = [look_at_database(state).await, look_at_descriptors()].into_iter().flatten().collect();
        *last = Some((Instant::now(), missing.clone()));
        missing
    }
}

fn look_at_layer(state: &AppState) -> Option<Reason> {
    if !state.layer.status().is_up() {
        return Some(LAYER);
    }
    state.fleet.deaf().map(|detail| Reason { code: "layer", detail: detail.into() })
}

async fn look_at_database(state: &AppState) -> Option<Reason> {
    match timeout(READY, state.store.check()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => {
            log::error!("not ready: the database cannot be used: {error}");
            Some(if error.refuses_writes() { DISK } else { DATABASE })
        }
        Err(_) => {
            log::error!("not ready: the database did not answer within {READY:?}");
            Some(DATABASE)
        }
    }
}

fn look_at_descriptors() -> Option<Reason> {
    if has_free_descriptors() {
        return None;
    }
    log::error!("not ready: all descriptors are taken; raise the limit of open files (ulimit -n, LimitNOFILE)");
    Some(DESCRIPTORS)
}
