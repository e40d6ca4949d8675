//! Problem details (RFC 9457): the bodies of refusals.

use serde_json::{Value, json};

/// The media type of problem details.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The body of a refusal. `title` is the status in words, `detail` says what was wrong, what was expected and what to do,
/// `code` is for programs.
pub fn problem(status: u16, title: &str, code: &str, detail: &str) -> Value {
    json!({ "type": "about:blank", "title": title, "status": status, "detail": detail, "code": code })
}
