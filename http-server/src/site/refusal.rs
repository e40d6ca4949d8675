//! The page of a refusal: it says why the page cannot be shown, and what to do.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::{
    layout::{Layout, html, page},
    texts::{Notice, SiteTexts, fill},
};
use crate::problem::Problem;

/// The reason for a refused page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusal<'a> {
    pub(crate) status: StatusCode,
    pub(crate) notice: Notice,
    /// The values for the notice's text.
    pub(crate) values: &'a [(&'a str, &'a str)],
    pub(crate) detail: Detail<'a>,
}

/// A line that is not translated.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Detail<'a> {
    /// There is none.
    None,
    /// The fault, in English, for the operator of the site.
    English(&'a str),
    /// The id of the request in the log, for the visitor to report.
    RequestId(&'a str),
}

#[derive(Template)]
#[template(path = "site/refusal.html")]
struct RefusalPage<'a> {
    layout: &'a Layout,
    t: &'static SiteTexts,
    status: u16,
    title: &'static str,
    text: String,
    detail: Detail<'a>,
    again: bool,
}

impl<'a> RefusalPage<'a> {
    fn new(layout: &'a Layout, refusal: &Refusal<'a>) -> Self {
        let status = refusal.status.as_u16();
        let text = fill(refusal.notice.text, refusal.values);
        // Trying again does not help against the other statuses.
        let again = matches!(status, 409 | 429 | 500 | 503);
        Self { layout, t: layout.t(), status, title: refusal.notice.title, text, detail: refusal.detail, again }
    }
}

/// Shows a slice's own refusal.
pub(crate) fn show(layout: &Layout, status: StatusCode, notice: Notice, values: &[(&str, &str)]) -> HttpResponse {
    page(status, &RefusalPage::new(layout, &Refusal { status, notice, values, detail: Detail::None }))
}

/// A problem as a page's HTML.
pub(crate) fn of_problem(layout: &Layout, problem: &Problem, request_id: &str) -> String {
    let seconds = problem.retry_after.unwrap_or(1).to_string();
    let refusal = Refusal {
        status: problem.status,
        notice: notice(layout.t(), problem.status),
        values: &[("seconds", &seconds)],
        detail: detail(problem, request_id),
    };
    html(&RefusalPage::new(layout, &refusal))
}

fn notice(t: &SiteTexts, status: StatusCode) -> Notice {
    let r = &t.refusal;
    match status {
        StatusCode::NOT_FOUND => r.not_found,
        StatusCode::FORBIDDEN => r.forbidden,
        StatusCode::METHOD_NOT_ALLOWED => r.no_page,
        StatusCode::PAYLOAD_TOO_LARGE => r.too_large,
        StatusCode::TOO_MANY_REQUESTS => r.too_many,
        StatusCode::SERVICE_UNAVAILABLE => r.unavailable,
        status if status.is_server_error() => r.internal,
        _ => r.bad_request,
    }
}

fn detail<'a>(problem: &'a Problem, request_id: &'a str) -> Detail<'a> {
    match problem.status {
        StatusCode::SERVICE_UNAVAILABLE => Detail::None,
        status if status.is_server_error() => Detail::RequestId(request_id),
        // These concern operators and programs, since a browser sends no such request: they are not translated.
        StatusCode::BAD_REQUEST
        | StatusCode::UNPROCESSABLE_ENTITY
        | StatusCode::UPGRADE_REQUIRED
        | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Detail::English(&problem.detail),
        _ => Detail::None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::site::{languages::Lang, page_tests::layout};

    fn problem(status: u16, text: &str) -> Problem {
        Problem::new(StatusCode::from_u16(status).unwrap(), "x", text)
    }

    fn refused(layout: &Layout, problem: &Problem, text: &str) -> String {
        let seconds = problem.retry_after.unwrap_or(1).to_string();
        let (notice, detail) = (notice(layout.t(), problem.status), detail(problem, text));
        let values = &[("seconds", seconds.as_str())];
        html(&RefusalPage::new(layout, &Refusal { status: problem.status, notice, values, detail }))
    }

    /// The page of a slice's own refusal.
    pub(crate) fn of_slice(layout: &Layout, status: u16, notice: Notice, values: &[(&str, &str)]) -> String {
        let status = StatusCode::from_u16(status).unwrap();
        html(&RefusalPage::new(layout, &Refusal { status, notice, values, detail: Detail::None }))
    }

    const STATUSES: [u16; 8] = [404, 403, 405, 400, 413, 429, 503, 500];

    /// A sample of every refusal, with `text` in place of each text from outside.
    pub(crate) fn every_page(layout: &Layout, text: &str) -> Vec<String> {
        STATUSES.map(|status| refused(layout, &problem(status, text), text)).into()
    }

    #[test]
    fn offers_another_try_where_it_can_help() {
        let layout = layout(Lang::En, "/rooms/K7QF2M");
        let offered = |status| refused(&layout, &problem(status, "x"), "x").contains(layout.t().refusal.again);
        assert_eq!(STATUSES.map(offered), [false, false, false, false, false, true, true, true]);
        assert!(offered(409));
    }

    #[test]
    fn a_refusal_shows_its_status_and_links_to_the_refused_page() {
        let layout = layout(Lang::Ko, "/rooms/K7QF2M");
        let page = refused(&layout, &problem(431, "in English"), "x");
        assert!(page.contains(">431<") && page.contains("lang=\"en\">in English<"), "{page}");
        let page = refused(&layout, &Problem::rate_limited(7), "x");
        assert!(page.contains("href=\"/rooms/K7QF2M\"") && !page.contains("href=\"\""), "{page}");
    }
}
