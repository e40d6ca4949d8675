//! The order of things, around every handler. One middleware does them all: each more would box the request's future and its answer's
//! body once again, and look the state up anew.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    middleware::Next,
    web,
};
use tokio::time::timeout;

use super::{access_log::Line, compression, csrf, head, headers::Headers, hosts, rate_limit, refusals::Refuser, upgrade, utf8};
use crate::{AppState, problem::Problem, request::RequestInfo};

pub(crate) async fn around(
    state: web::Data<AppState>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // The request goes into a future that may be dropped, so whatever the answer needs is taken before.
    let info = RequestInfo::leave(&req, &state.settings);
    let line = Line::of(&req, &info);
    let headers = Headers::of(&info, &state);
    let refuser = Refuser::of(&req, &info, &state);
    let finish = |mut response: HttpResponse| {
        headers.set(response.headers_mut());
        line.sign(response.headers_mut());
        line.write(response.status());
        response
    };
    if let Err(problem) = check(&req, &info, &state) {
        let (req, _) = req.into_parts();
        let response = compression::compress(&req, refuser.answer(&problem));
        return Ok(ServiceResponse::new(req, finish(response)));
    }
    match within(&state, next.call(req), &info).await {
        Ok(response) => {
            let (req, response) = refuser.instead_of(response).into_parts();
            let response = compression::compress(&req, response);
            Ok(ServiceResponse::new(req, finish(response)))
        }
        Err(problem) => {
            let response = finish(refuser.answer(&problem));
            Err(InternalError::from_response(problem, response).into())
        }
    }
}

/// What a request must pass before its handler.
fn check(req: &ServiceRequest, info: &RequestInfo, state: &AppState) -> Result<(), Problem> {
    head::check(req)?;
    hosts::check(req, info, state)?;
    utf8::check(req)?;
    upgrade::check(req, state)?;
    rate_limit::check(req, info, state)?;
    csrf::check(req, info, state)
}

/// The answer, unless it takes too long: then the work on it ends.
async fn within<B>(
    state: &AppState,
    answer: impl Future<Output = Result<ServiceResponse<B>, Error>>,
    info: &RequestInfo,
) -> Result<ServiceResponse<B>, Problem> {
    match timeout(state.timeout, answer).await {
        Ok(Ok(response)) => Ok(response),
        // What handlers refuse is an answer already.
        Ok(Err(error)) => Err(Problem::of_status(error.as_response_error().status_code(), error.to_string())),
        Err(_) => {
            let seconds = state.timeout.as_secs();
            log::error!(request_id = info.id.as_str(); "a request took more than {seconds} s and was given up (--timeout)");
            Err(Problem::unavailable(format!("this took more than {seconds} s and was given up: try again")))
        }
    }
}
