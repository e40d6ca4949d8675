//! The order of the steps before and after every handler. One middleware does them all: each further one would box the request's
//! future and the answer's body once more, and look the state up anew.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    middleware::Next,
    web,
};
use tokio::time::timeout;

use super::{
    access_log::Line, compression, csrf, head, headers::Headers, hosts, measure::Measured, rate_limit, refusals::Refuser,
    upgrade, utf8,
};
use crate::{AppState, input, problem::Problem, request::RequestInfo, trace::within_request};

/// Checks a request, runs its handler within the deadline, and completes the answer.
pub(crate) async fn pipeline(
    state: web::Data<AppState>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // The request moves into a future that may be dropped: take first what the answer needs of it.
    let info = RequestInfo::leave(&req, &state.settings);
    let line = Line::of(&req, &info);
    let measured = Measured::of(&req, &state);
    let headers = Headers::of(&info, &state);
    let refuser = Refuser::of(&req, &info, &state);
    let finish = |mut response: HttpResponse| {
        headers.set(response.headers_mut());
        line.sign(response.headers_mut());
        line.write(response.status());
        measured.finish(response.status(), &line);
        response
    };
    if let Err(problem) = check(&req, &info, &state) {
        let (req, _) = req.into_parts();
        let response = compression::compress(&req, refuser.answer(&problem));
        return Ok(ServiceResponse::new(req, finish(response)));
    }
    match within(&state, within_request(&info, next.call(req)), &info).await {
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

/// The checks before the handler.
fn check(req: &ServiceRequest, info: &RequestInfo, state: &AppState) -> Result<(), Problem> {
    head::check(req)?;
    hosts::check(req, info, state)?;
    utf8::check(req)?;
    upgrade::check(req, state)?;
    rate_limit::check(req, info, state)?;
    csrf::check(req, info, state)?;
    input::check_length(req.headers())
}

/// Waits for the answer, and drops the work on it after the deadline.
async fn within<B>(
    state: &AppState,
    answer: impl Future<Output = Result<ServiceResponse<B>, Error>>,
    info: &RequestInfo,
) -> Result<ServiceResponse<B>, Problem> {
    match timeout(state.timeout, answer).await {
        Ok(Ok(response)) => Ok(response),
        // A handler's refusal is an answer already: this is an error of the framework.
        Ok(Err(error)) => Err(Problem::of_status(error.as_response_error().status_code(), error.to_string())),
        Err(_) => {
            let seconds = state.timeout.as_secs();
            log::error!(request_id = info.id.as_str(); "a request took more than {seconds} s and was given up (--timeout)");
            Err(Problem::unavailable(format!("this took more than {seconds} s and was given up: try again")))
        }
    }
}
