//! A refusal as its reader needs it: problem details for programs, a page for people.

use std::rc::Rc;

use actix_web::{
    HttpRequest, HttpResponse, ResponseError as _,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
};

use crate::{
    AppState,
    pages::{self, Refusal},
    problem::Problem,
    request::{self, RequestInfo},
    site::layout::Frame,
};

/// Knows who will read a refusal of one request.
pub(super) struct Refuser {
    info: Rc<RequestInfo>,
    page: Option<Frame>,
}

impl Refuser {
    pub(super) fn of(req: &ServiceRequest, info: &Rc<RequestInfo>, state: &AppState) -> Self {
        let page = wants_page(req.request()).then(|| Frame::of(req.request(), &state.settings));
        Self { info: Rc::clone(info), page }
    }

    /// A handler's response, which may be a refusal: then as its reader needs it.
    pub(super) fn instead_of(&self, response: ServiceResponse<impl MessageBody + 'static>) -> ServiceResponse<BoxBody> {
        match problem_of(&response) {
            Some(problem) => {
                let (req, _) = response.into_parts();
                ServiceResponse::new(req, self.answer(&problem))
            }
            None => response.map_into_boxed_body(),
        }
    }

    /// The answer, complete but for the headers that every answer has.
    pub(super) fn answer(&self, problem: &Problem) -> HttpResponse {
        if let Some(cause) = &problem.cause {
            log::error!(request_id = self.info.id.as_str(); "{cause}");
        }
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

/// The problem of a response that is a refusal: ours, or the web framework's own put into our form.
fn problem_of(response: &ServiceResponse<impl MessageBody>) -> Option<Problem> {
    let error = response.response().error()?;
    if let Some(problem) = error.as_error::<Problem>() {
        return Some(problem.clone());
    }
    let status = response.status();
    (status.is_client_error() || status.is_server_error()).then(|| Problem::of_status(status, error.to_string()))
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
        // These details are for the site's operator, so they are not translated for the visitor.
        status @ (StatusCode::BAD_REQUEST | StatusCode::UPGRADE_REQUIRED | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE) => {
            Refusal::BadRequest { status: status.as_u16(), detail: Some(&problem.detail) }
        }
        status => Refusal::BadRequest { status: status.as_u16(), detail: None },
    }
}
