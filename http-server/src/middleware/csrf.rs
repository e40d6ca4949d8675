//! Refuses an unsafe request that did not come from one of our own pages.

use actix_web::{
    dev::ServiceRequest,
    http::header::{self, HeaderMap},
};
use catamaran_edge::origin::{self, OriginFault};

use crate::{AppState, problem::Problem, request::RequestInfo, site::sign_in::session};

const FETCH_SITE: &str = "sec-fetch-site";

pub(super) fn check(req: &ServiceRequest, info: &RequestInfo, state: &AppState) -> Result<(), Problem> {
    origin_of(req, info, state).map_err(|fault| {
        log::warn!("refused a {} {} as forged: {fault}", req.method(), req.path());
        Problem::forbidden("this request did not come from one of our own pages: open the page here and try again")
    })
}

fn origin_of(req: &ServiceRequest, info: &RequestInfo, state: &AppState) -> Result<(), OriginFault> {
    if req.method().is_safe() {
        return Ok(());
    }
    let headers = req.headers();
    let site = text(headers, FETCH_SITE);
    // Only a browser sets this one, and no page can.
    if site == Some("same-origin") {
        return Ok(());
    }
    let found = origin::stated(headers.get_all(header::ORIGIN).map(header::HeaderValue::as_bytes));
    let fault = match origin::allowed(found, &info.client, &state.settings.server.allowed_origins) {
        Ok(()) => return Ok(()),
        Err(fault) => fault,
    };
    // A client that sends neither header is no browser. Without a session cookie no session can be misused.
    let no_browser = fault == OriginFault::Missing && site.is_none();
    if no_browser && session::carried(headers).next().is_none() { Ok(()) } else { Err(fault) }
}

/// The header's text. A header that is not text counts as one of another site.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or("unreadable"))
}
