//! A request that takes too long is answered with 503, and its work ends.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    middleware::Next,
    web,
};

use super::{context, headers::Headers, refusals::Refuser};
use crate::{AppState, problem::Problem};

pub(crate) async fn deadline(
    state: web::Data<AppState>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // The request goes into the future that may be dropped, so whatever the answer needs is taken before.
    let info = context(&req, &state);
    let refuser = Refuser::of(&req, &state);
    let headers = Headers::of(&req, &state);
    let Ok(outcome) = tokio::time::timeout(state.timeout, next.call(req)).await else {
        let seconds = state.timeout.as_secs();
        log::error!(request_id = info.id.as_str(); "a request took more than {seconds} s and was given up (--timeout)");
        let problem = Problem::unavailable(format!("this took more than {seconds} s and was given up: try again"));
        let mut response = refuser.answer(&problem);
        headers.set(response.headers_mut());
        return Err(InternalError::from_response(problem, response).into());
    };
    Ok(outcome?.map_into_boxed_body())
}
