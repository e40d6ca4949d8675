//! The check of a request's host, for pages.

use actix_web::{
    Error, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::header::CONTENT_TYPE,
    middleware::Next,
    web::Data,
};
use catamaran_boot::Settings;
use catamaran_edge::ClientInfo;

/// The paths of health checks, which name the server by its address.
const HEALTH: [&str; 3] = ["/healthz", "/livez", "/readyz"];

/// Refuses a host that `ALLOWED_HOSTS` does not name with 400 and problem details, except at `/healthz`, `/livez` and `/readyz`. A middleware for an `App` with the
/// [`Settings`] among its data:
///
/// ```
/// use actix_web::{App, middleware::from_fn, web::Data};
/// use catamaran_boot::{Program, Role, Settings};
/// use catamaran_bounded_server::check_host;
///
/// let settings = Data::new(Settings::new(Program::new("board-web", "1.0.0", Role::Pages)));
/// let app = App::new().app_data(settings).wrap(from_fn(check_host));
/// ```
///
/// # Errors
/// The response with status 400.
pub async fn check_host(
    settings: Data<Settings>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    // `GET http://host/ HTTP/1.1`: the request's own host counts before the Host header (RFC 9112, 3.2.2).
    let target = request.uri().authority().map(|authority| ("host", authority.as_str().as_bytes()));
    let peer = request.peer_addr().map(|peer| peer.ip());
    let client = ClientInfo::read(peer, headers.chain(target), &settings.trusted_proxies);
    if !HEALTH.contains(&request.path())
        && let Err(fault) = settings.allowed_hosts.check(&client.host)
    {
        let body = catamaran_edge::problem(400, "Bad Request", "bad_host", &fault.to_string());
        let refusal =
            HttpResponse::BadRequest().insert_header((CONTENT_TYPE, catamaran_edge::PROBLEM_JSON)).body(body.to_string());
        return Err(InternalError::from_response("bad host", refusal).into());
    }
    next.call(request).await
}
