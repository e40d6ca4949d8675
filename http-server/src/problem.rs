//! Problem details: the reason for a refused request, for programs and for people.

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, HttpResponseBuilder, ResponseError,
    http::{StatusCode, header},
};
use fairness::TooFast;
use rooms::RoomsError;
use store::{StoreError, TextFault};
use utoipa::ToSchema;

use crate::limits::UNAVAILABLE_RETRY_SECONDS;

/// Why a request was refused.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// For programs.
    pub(crate) code: &'static str,
    /// For people: what was wrong, what was expected, what to do.
    pub(crate) detail: String,
    /// The wrong field.
    pub(crate) field: Option<Cow<'static, str>>,
    /// Seconds until another try makes sense.
    pub(crate) retry_after: Option<u64>,
    /// More for the log alone.
    pub(crate) cause: Option<Box<str>>,
    /// The methods that the path has.
    pub(crate) allow: Option<&'static str>,
}

/// The body of every error.
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "describes the body for the OpenAPI document; boot makes it, the same for both servers")]
pub(crate) struct ProblemBody {
    /// Always `about:blank`: the status says the type, `code` says more.
    #[schema(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// For people: what was wrong, what was expected, what to do.
    detail: String,
    /// For programs.
    code: String,
    /// The wrong field, where one is.
    field: Option<String>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), field: None, retry_after: None, cause: None, allow: None }
    }

    pub(crate) fn field(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_field", detail);
        Self { field: Some(field.into()), ..problem }
    }

    /// A text that breaks its field's rules.
    pub(crate) fn text(field: &'static str, fault: &TextFault) -> Self {
        Self::field(field, format!("{field}: {fault}"))
    }

    pub(crate) fn bad_json(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_json", detail)
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
    }

    pub(crate) fn room_not_found() -> Self {
        let detail = "there is no room with this code; a code is six letters and digits, without 0, 1, I and O";
        Self::new(StatusCode::NOT_FOUND, "room_not_found", detail)
    }

    pub(crate) fn not_signed_in() -> Self {
        let detail = "this needs a session: POST a nickname to /api/v1/session first and send the cookie it sets";
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", detail)
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let problem =
            Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", format!("this address answers {allow} only"));
        Self { allow: Some(allow), ..problem }
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let detail = format!("the body is larger than {limit} bytes: send less");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    pub(crate) fn media_type(expected: &str) -> Self {
        let detail = format!("the body's Content-Type should be {expected}");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    pub(crate) fn encoded() -> Self {
        let detail = "the body has a Content-Encoding: send it as it is";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    pub(crate) fn rate_limited(seconds: u64) -> Self {
        let detail = format!("too many requests from your address: try again in {seconds} s");
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
        Self { retry_after: Some(seconds), ..problem }
    }

    /// One user sent more than a room or a table takes.
    pub(crate) fn too_fast(fault: &TooFast) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", fault.to_string());
        Self { retry_after: Some(fault.retry_seconds().into()), ..problem }
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
        Self { retry_after: Some(UNAVAILABLE_RETRY_SECONDS), ..problem }
    }

    pub(crate) fn internal(cause: String) -> Self {
        let detail = "a fault of this server, which is in its log; the X-Request-Id of this answer finds it there";
        let problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail);
        Self { cause: Some(cause.into()), ..problem }
    }

    /// For a refusal that the web framework makes by itself.
    pub(crate) fn of_status(status: StatusCode, detail: String) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            status if status.is_server_error() => Self::internal(detail),
            status => Self::new(status, "bad_request", detail),
        }
    }

    /// The answer's status and headers, without a body.
    pub(crate) fn head(&self) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if let Some(allow) = self.allow {
            response.insert_header((header::ALLOW, allow));
        }
        if self.status == StatusCode::UPGRADE_REQUIRED {
            response.insert_header((header::UPGRADE, "websocket"));
        }
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let mut body = catamaran_edge::problem(self.status.as_u16(), title, self.code, &self.detail);
        if let Some(field) = &self.field {
            body["field"] = field.as_ref().into();
        }
        self.head().insert_header((header::CONTENT_TYPE, catamaran_edge::PROBLEM_JSON)).json(body)
    }
}

/// The text of the database goes to the log alone.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let cause = error.to_string();
        match error {
            StoreError::Unavailable(..) => {
                let problem =
                    Self::unavailable("the database does not answer this at the moment: try again soon, /healthz says more");
                Self { cause: Some(cause.into()), ..problem }
            }
            _ => Self::internal(cause),
        }
    }
}

impl From<RoomsError> for Problem {
    fn from(error: RoomsError) -> Self {
        match error {
            RoomsError::NotFound => Self::room_not_found(),
            RoomsError::Full { .. } => Self::new(StatusCode::CONFLICT, "room_full", error.to_string()),
            RoomsError::NotAMember => Self::new(StatusCode::FORBIDDEN, "not_a_member", error.to_string()),
            RoomsError::Capacity(_) => Self::field("capacity", error.to_string()),
            RoomsError::TooFast(fault) => Self::too_fast(&fault),
            RoomsError::Store(error) => error.into(),
        }
    }
}
