//! Renders a refusal for its client: problem details for programs, a page for browsers.

use std::rc::Rc;

use actix_web::{
    HttpRequest, HttpResponse, ResponseError as _,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
};

use crate::{
    AppState,
    problem::Problem,
    request::{self, RequestInfo},
    site::{layout::Layout, refusal},
};

/// Renders the refusals of one request.
pub(super) struct Refuser {
    info: Rc<RequestInfo>,
    page: Option<Layout>,
}

impl Refuser {
    pub(super) fn of(req: &ServiceRequest, info: &Rc<RequestInfo>, state: &AppState) -> Self {
        let page = wants_page(req.request()).then(|| Layout::of(req.request(), &state.settings));
        Self { info: Rc::clone(info), page }
    }

    /// Renders a handler's response anew where it is a refusal.
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
        let Some(layout) = self.page.clone() else {
            return problem.error_response();
        };
        // Where the method is wrong, the links of the page would lead to it again.
        let layout = if problem.status == StatusCode::METHOD_NOT_ALLOWED { layout.at("/") } else { layout };
        let body = refusal::of_problem(&layout, problem, &self.info.id);
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

/// Whether the client gets a page: it asks for HTML, and not from the API.
fn wants_page(req: &HttpRequest) -> bool {
    let accept = req.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    !request::path(req).starts_with("/api/") && accept.is_some_and(|accept| accept.contains("text/html"))
}
