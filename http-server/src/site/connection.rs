//! `/api/v1/connection`: as whom the server sees the caller. A proxy that forwards too little shows here.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{AppState, request::RequestInfo};

/// The caller's connection, as the server sees it behind its proxies.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionView {
    /// The program.
    process: &'static str,
    /// Its version.
    version: &'static str,
    /// The time of the server; Unix milliseconds.
    time: i64,
    /// The caller's address. Behind a proxy that does not forward it, the proxy's. `null` on a Unix socket without a proxy.
    #[schema(value_type = Option<String>)]
    address: Option<IpAddr>,
    /// `http` or `https`, as the caller's browser sees it.
    scheme: &'static str,
    /// The host and port that were asked for.
    host: String,
    /// Whether a proxy has forwarded the request.
    proxied: bool,
    /// The forwarding header that is ignored, since TRUSTED_PROXIES does not name the peer.
    ignored: Option<&'static str>,
}

/// Says as whom the server sees the caller: address, scheme and host.
#[utoipa::path(get, path = "/api/v1/connection", operation_id = "showConnection", tag = "health", security(()), responses(
    (status = 200, description = "The caller's connection", body = ConnectionView),
))]
pub(crate) async fn show(req: HttpRequest, state: web::Data<AppState>) -> HttpResponse {
    let info = RequestInfo::of(&req, &state.settings.server.trusted_proxies);
    let client = &info.client;
    HttpResponse::Ok().json(ConnectionView {
        process: state.program.name,
        version: state.program.version,
        time: state.now(),
        address: client.addr,
        scheme: client.scheme,
        host: client.host.clone(),
        proxied: client.proxied,
        ignored: client.ignored,
    })
}
