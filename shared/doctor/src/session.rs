//! The session of the guest that the examination signs in as.

use serde_json::json;

use crate::{
    Place,
    dial::Dialer,
    fault::Fault,
    http::{Answer, Request},
};

const PATH: &str = "/api/v1/session";
/// The name of the guest.
const NAME: &str = "doctor";

/// A session: the cookie that carries it, and the header that set it.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// `NAME=VALUE`.
    pub(crate) cookie: String,
    /// The whole `Set-Cookie`.
    pub(crate) set: String,
}

/// The outcome of signing in.
pub(crate) enum SignIn {
    In(Session),
    Refused(Answer),
}

/// Signs in without an `Origin`, as a program does: a site that misjudges its own origin lets the examination in all the same.
pub(crate) async fn sign_in(dialer: &Dialer, site: &Place) -> Result<SignIn, Fault> {
    let body = json!({ "nickname": NAME }).to_string();
    let answer = Request::post(PATH).body("application/json", body).send(dialer, site).await?;
    let set = answer.headers("set-cookie").find(|set| set.contains("catamaran_session=")).map(ToOwned::to_owned);
    Ok(match set {
        Some(set) if answer.status < 300 => {
            let cookie = set.split(';').next().unwrap_or_default().trim().to_owned();
            SignIn::In(Session { cookie, set })
        }
        _ => SignIn::Refused(answer),
    })
}

impl Session {
    /// A subprotocol that stands for the session on a host that gets no cookie; `None` if the site gives none.
    pub(crate) async fn token(&self, dialer: &Dialer, site: &Place) -> Result<Option<String>, Fault> {
        let request = Request::post("/api/v1/socket-token").header("Cookie", self.cookie.as_str());
        let answer = request.header("Sec-Fetch-Site", "same-origin").send(dialer, site).await?;
        Ok(Some(answer.field("subprotocol")).filter(|token| answer.status == 201 && !token.is_empty()))
    }

    /// Signs out. The header says that a page of the site asks, whatever the site takes for its origin.
    pub(crate) async fn sign_out(&self, dialer: &Dialer, site: &Place) -> Result<(), Fault> {
        let request = Request::delete(PATH).header("Cookie", self.cookie.as_str()).header("Sec-Fetch-Site", "same-origin");
        request.send(dialer, site).await.map(drop)
    }
}
