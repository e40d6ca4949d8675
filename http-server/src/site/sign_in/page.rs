//! The form that signs a visitor in: the front page, and the way into a room for a guest who followed its link.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;
use serde::Deserialize;
use store::Nickname;

use super::{
    api as session,
    session::{Visitor, returns_cookies},
};
use crate::{
    AppState, input, invitation,
    problem::Problem,
    request::local_path,
    site::{
        fault,
        layout::{Layout, page},
        see,
        texts::{SiteTexts, fill},
    },
};

/// The query of a form that was sent a second time, for the probe.
const COOKIES_ASKED: &str = "cookies=asked";

/// Fields of the form. A missing field counts as an empty one: its rule tells the visitor what to do.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    nickname: String,
    next: String,
}

/// The form as it is shown.
#[derive(Default)]
pub(crate) struct SignIn<'a> {
    /// Path to open afterwards.
    pub(crate) next: &'a str,
    /// The nickname that was sent.
    pub(crate) nickname: &'a str,
    /// The fault of the input.
    pub(crate) fault: Option<String>,
    /// The browser has returned no cookie, so that it cannot be signed in.
    pub(crate) cookies_off: bool,
    /// The room or table whose link the guest followed.
    pub(crate) invited_to: Option<String>,
}

#[derive(Template)]
#[template(path = "site/sign_in.html")]
struct SignInPage<'a> {
    layout: &'a Layout,
    t: &'static SiteTexts,
    view: &'a SignIn<'a>,
    invited: Option<String>,
}

impl<'a> SignInPage<'a> {
    fn new(layout: &'a Layout, view: &'a SignIn<'a>) -> Self {
        let t = layout.t();
        let invited = view.invited_to.as_ref().map(|name| fill(t.sign_in.invited, &[("room", name)]));
        Self { layout, t, view, invited }
    }
}

/// Answers with the form.
pub(crate) fn show(req: &HttpRequest, state: &AppState, status: StatusCode, view: &SignIn<'_>) -> HttpResponse {
    let layout = Layout::of(req, &state.settings).at(view.next);
    session::with_probe(req, state, page(status, &SignInPage::new(&layout, view)))
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    form: input::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let nickname = match Nickname::parse(&form.nickname) {
        Ok(nickname) => nickname,
        Err(fault) => {
            let t = Layout::of(&req, &state.settings).t();
            let fault = Some(fault::text(t, &fault, t.fault.nickname_empty));
            return again(&req, &state, &form, SignIn { fault, ..SignIn::default() }).await;
        }
    };
    if !returns_cookies(req.headers()) {
        return without_cookies(&req, &state, &form).await;
    }
    let (_, cookies) = match visitor.0 {
        Some(session) => session::reopen(&req, &state, &session, &nickname).await?,
        None => session::open(&req, &state, &nickname).await?,
    };
    Ok(session::with_cookies(see(local_path(&form.next)), cookies))
}

/// A browser without cookies would create a user with each try and never be signed in. It gets one redirect that sets the probe again,
/// since the form may be older than the probe; then the form says what is wrong.
async fn without_cookies(req: &HttpRequest, state: &AppState, form: &Form) -> Result<HttpResponse, Problem> {
    if req.query_string() != COOKIES_ASKED {
        let again = (header::LOCATION, format!("/sign-in?{COOKIES_ASKED}"));
        return Ok(session::with_probe(req, state, HttpResponse::TemporaryRedirect().insert_header(again).finish()));
    }
    again(req, state, form, SignIn { cookies_off: true, ..SignIn::default() }).await
}

/// Shows the form again, with the fault.
async fn again(req: &HttpRequest, state: &AppState, form: &Form, wrong: SignIn<'_>) -> Result<HttpResponse, Problem> {
    let next = local_path(&form.next);
    let invited_to = invitation::of(state, next).await?;
    let view = SignIn { next, nickname: &form.nickname, invited_to, ..wrong };
    Ok(show(req, state, StatusCode::UNPROCESSABLE_ENTITY, &view))
}

/// `POST /sign-out`
pub(crate) async fn sign_out(req: HttpRequest, state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    match visitor.0 {
        Some(session) => Ok(session::with_cookies(see("/"), session::close(&req, &state, session.id).await?)),
        None => Ok(see("/")),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use store::TextFault;

    use super::*;
    use crate::site::{
        languages::Lang,
        layout::html,
        page_tests::{FAULTS, layout},
    };

    fn form(layout: &Layout, text: &str, fault: Option<&TextFault>) -> String {
        let t = layout.t();
        let fault = fault.map(|fault| fault::text(t, fault, t.fault.nickname_empty));
        let view = SignIn { next: text, nickname: text, fault, cookies_off: false, invited_to: Some(text.to_owned()) };
        html(&SignInPage::new(layout, &view))
    }

    /// A sample of every variant of the form, with `text` in place of each text from outside.
    pub(crate) fn every_page(layout: &Layout, text: &str) -> Vec<String> {
        FAULTS.iter().map(Some).chain([None]).map(|fault| form(layout, text, fault)).collect()
    }

    #[test]
    fn shows_a_fault_at_its_field() {
        let layout = layout(Lang::En, "/");
        let page = form(&layout, "x", Some(&TextFault::TooLong { max: 20, found: 21 }));
        assert!(page.contains("aria-describedby=\"nickname-hint nickname-fault\" aria-invalid=\"true\""));
        assert!(page.contains("at most 20 characters"), "{page}");
        let page = form(&layout, "x", None);
        assert!(!page.contains("aria-invalid") && !page.contains("nickname-fault"));
    }

    #[test]
    fn offers_sign_out_to_signed_in_users_only() {
        let guest = Layout { me: None, ..layout(Lang::En, "/") };
        assert!(!form(&guest, "x", None).contains("/sign-out"));
        assert!(form(&layout(Lang::En, "/"), "x", None).contains("/sign-out"));
    }
}
