//! A refusal as its reader needs it: problem details for programs, a page for people.

use std::rc::Rc;

use actix_web::{
    Error, HttpRequest, HttpResponse, ResponseError as _,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
    web,
};

use super::context;
use crate::{
    AppState,
    frame::Frame,
    pages::{self, Refusal},
    problem::Problem,
    request::{self, RequestInfo},
};

pub(crate) async fn refusals(
    state: web::Data<AppState>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let refuser = Refuser::of(&req, &state);
    let response = next.call(req).await?.map_into_boxed_body();
    let Some(problem) = problem_of(&response) else {
        return Ok(response);
    };
    if let Some(cause) = &problem.cause {
        log::error!(request_id = refuser.info.id.as_str(); "{cause}");
    }
    let answer = refuser.answer(&problem);
    let (request, _) = response.into_parts();
    Ok(ServiceResponse::new(request, answer))
}

/// The problem of a response that is a refusal: ours, or the web framework's own put into our form.
fn problem_of(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let error = response.response().error()?;
    if let Some(problem) = error.as_error::<Problem>() {
        return Some(problem.clone());
    }
    let status = response.status();
    (status.is_client_error() || status.is_server_error()).then(|| Problem::of_status(status, error.to_string()))
}

/// Knows who will read a refusal of one request.
pub(super) struct Refuser {
    info: Rc<RequestInfo>,
    page: Option<Frame>,
}

impl Refuser {
    pub(super) fn of(req: &ServiceRequest, state: &web::Data<AppState>) -> Self {
        let page = wants_page(req.request()).then(|| Frame::of(req.request(), &state.settings));
        Self { info: context(req, state), page }
    }

    /// The answer, complete but for the headers that every answer has.
    pub(super) fn answer(&self, problem: &Problem) -> HttpResponse {
        let Some(frame) = &self.page else {
            return problem.error_response();
        };
        let refusal = refusal_of(problem, &self.info.id);
        let mut chrome = frame.chrome();
        if problem.status == StatusCode::METHOD_NOT_ALLOWED {
            // The links of the page would lead to it again.
            chrome.path = "/";
        }
        let body = pages::refusal(&chrome, &refusal);
        problem.head().content_type(header::ContentType::html()).body(body)
    }
}

/// Pages are for who asks for HTML, anywhere but in the API.
fn wants_page(req: &HttpRequest) -> bool {
    let accept = req.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    !request::path(req).starts_with("/api/") && accept.is_some_and(|accept| accept.contains("text/html"))
}

fn refusal_of<'a>(problem: &'a Problem, request_id: &'a str) -> Refusal<'a> {
    match problem.status {
        StatusCode::NOT_FOUND => Refusal::NotFound,
        StatusCode::FORBIDDEN => Refusal::Forbidden,
        StatusCode::METHOD_NOT_ALLOWED => Refusal::NoPage,
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
        StatusCode::TOO_MANY_REQUESTS => Refusal::TooMany { retry_after_s: problem.retry_after.unwrap_or(1) },
        StatusCode::SERVICE_UNAVAILABLE => Refusal::Unavailable,
        status if status.is_server_error() => Refusal::Internal { request_id },
        // What these two say is for who set up the site, and so not in the visitor's language.
        status @ (StatusCode::BAD_REQUEST | StatusCode::UPGRADE_REQUIRED) => {
            Refusal::BadRequest { status: status.as_u16(), detail: Some(&problem.detail) }
        }
        status => Refusal::BadRequest { status: status.as_u16(), detail: None },
    }
}
