//! `/livez` and `/readyz`, for balancers and orchestrators: whether the process runs, and whether it can take new sockets.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};
use catamaran::{LayerStatus, LogThrottle};
use catamaran_boot::has_free_descriptors;
use serde::Serialize;

use crate::{
    ServerState,
    health::{METHODS, check_service, service_name},
};

/// A reason why new sockets are refused, or why open ones lack something.
#[derive(Debug, Serialize)]
struct Reason {
    code: &'static str,
    detail: String,
}

impl Reason {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// The application's checks: each names a part that is missing although new sockets are taken.
#[derive(Default)]
pub(crate) struct Shortcomings(Vec<(&'static str, Check)>);

/// Returns the detail of a missing part.
type Check = Box<dyn Fn() -> Option<String> + Send + Sync>;

impl Shortcomings {
    pub(crate) fn add(&mut self, code: &'static str, check: impl Fn() -> Option<String> + Send + Sync + 'static) {
        self.0.push((code, Box::new(check)));
    }

    fn reasons(&self) -> impl Iterator<Item = Reason> {
        self.0.iter().filter_map(|(code, check)| Some(Reason::new(code, check()?)))
    }
}

#[derive(Serialize)]
struct Readiness {
    /// `ready`; `degraded` if something is missing and new sockets are taken all the same; `unready`.
    status: &'static str,
    process: &'static str,
    version: &'static str,
    reasons: Vec<Reason>,
}

/// 200 while the process runs, whatever it lacks: an orchestrator that restarts a process without its database would only cut sockets.
pub(crate) async fn live(state: web::ThinData<ServerState>) -> HttpResponse {
    let program = state.settings.program;
    let alive = serde_json::json!({ "status": "alive", "process": program.name, "version": program.version });
    answer(StatusCode::OK).json(alive)
}

/// 200 if the process can take new sockets, otherwise 503, both with the reasons. A layer that is away alone is no reason for 503: then it
/// is away for every process, and a balancer that shut all of them out would cut off clients that can be served.
pub(crate) async fn ready(state: web::ThinData<ServerState>) -> HttpResponse {
    let (refusing, lacking) = (reasons_to_refuse(&state).await, shortcomings(&state));
    let (code, status) = match (refusing.is_empty(), lacking.is_empty()) {
        (true, true) => (StatusCode::OK, "ready"),
        (true, false) => (StatusCode::OK, "degraded"),
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "unready"),
    };
    let program = state.settings.program;
    let reasons = refusing.into_iter().chain(lacking).collect();
    answer(code).json(Readiness { status, process: program.name, version: program.version, reasons })
}

fn answer(code: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::build(code);
    answer.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::ALLOW, METHODS));
    answer
}

/// The reasons why new sockets are, or soon will be, refused.
async fn reasons_to_refuse(state: &ServerState) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if state.is_draining() {
        reasons.push(Reason::new("draining", "the process has been asked to stop: send new sockets to another process"));
    }
    if let (false, lacks) = check_service(state).await {
        let lacks = lacks.map(|lacks| format!(", and lacks {lacks}")).unwrap_or_default();
        let detail = format!("the {} cannot be used{lacks}; the reason is in the log", service_name(state));
        reasons.push(Reason::new("service", detail));
    }
    if !has_free_descriptors() {
        log_missing_descriptors();
        let detail = "the process can open no further connection: raise its limit of open files (ulimit -n)";
        reasons.push(Reason::new("descriptors", detail));
    }
    let (open, most) = state.admission.load();
    if open >= most {
        reasons.push(Reason::new("full", format!("{open} of {most} sockets are open: start more processes")));
    }
    reasons
}

/// Parts that are missing although new sockets are taken.
fn shortcomings(state: &ServerState) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if state.layer.status() != LayerStatus::Up {
        reasons.push(Reason::new("layer", "the channel layer is out of reach: no message crosses processes until it is back"));
    }
    reasons.extend(state.shortcomings.reasons());
    let (open, most) = state.admission.load();
    if state.admission.is_nearly_full(open) && open < most {
        reasons.push(Reason::new("nearly_full", format!("{open} of {most} sockets are open: start more processes soon")));
    }
    reasons
}

/// Every client may ask for `/readyz`, so not each answer is a line.
fn log_missing_descriptors() {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(more) = THROTTLE.pass() {
        log::error!("not ready: all descriptors are taken; raise the limit of open files (ulimit -n, LimitNOFILE){more}");
    }
}
