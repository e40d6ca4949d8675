//! Who is signed in, and the cookie that says so.

use actix_web::{
    FromRequest, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    dev::Payload,
    http::header::{self, HeaderMap, HeaderValue},
    web,
};
use application::cookie;
use futures_util::future::LocalBoxFuture;
use store::{Session, SessionToken};

use crate::{AppState, limits, problem::Problem, request::RequestInfo};

/// A cookie that only shows whether the browser keeps cookies: set with a sign-in form, expected with what the form sends.
const PROBE_COOKIE: &str = "catamaran_probe";
/// A form may lie open this long; later, one redirect asks again.
const PROBE_HOURS: i64 = 1;

/// Of how many domains a cookie is taken away: a host of more labels is nobody's.
const MAX_DOMAINS: usize = 4;

/// The session of a request that must have one: 401 otherwise.
pub(crate) struct SignedIn(pub(crate) Session);

/// The session of a request that may have one.
pub(crate) struct Visitor(pub(crate) Option<Session>);

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let session = session_of(req);
        Box::pin(async move { session.await?.map(Self).ok_or_else(Problem::not_signed_in) })
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let session = session_of(req);
        Box::pin(async move { session.await.map(Self) })
    }
}

/// The session of a request, looked up anew at each.
fn session_of(req: &HttpRequest) -> impl Future<Output = Result<Option<Session>, Problem>> + use<> {
    let state = req.app_data::<web::Data<AppState>>().cloned();
    let tokens = state.as_ref().map(|state| tokens_of(req, state)).unwrap_or_default();
    async move {
        let Some(state) = state else {
            return Ok(None);
        };
        for token in tokens {
            let session = state.store.session_by_token(&token.hash(&state.token_key), state.now()).await?;
            if session.is_some() {
                return Ok(session);
            }
        }
        Ok(None)
    }
}

/// What a request carries in the session cookie's name and has the form of a token: one, or an old one beside it.
fn tokens_of(req: &HttpRequest, state: &AppState) -> Vec<SessionToken> {
    let secure = RequestInfo::of(req, &state.settings.server.trusted_proxies).client.is_secure();
    let tokens = cookie::session_tokens(lines(req.headers()), secure, state.settings.cookie_domain.is_some());
    tokens.filter_map(|token| SessionToken::parse(token).ok()).collect()
}

/// The names of the session cookies that a request carries, valid or not.
pub(crate) fn carried(headers: &HeaderMap) -> impl Iterator<Item = &'static str> {
    cookie::session_cookies_in(lines(headers))
}

/// Whether the browser has returned a cookie of ours.
pub(crate) fn returns_cookies(headers: &HeaderMap) -> bool {
    carried(headers).next().is_some() || edge::cookie_values(lines(headers), PROBE_COOKIE).next().is_some()
}

fn lines(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> + Clone {
    headers.get_all(header::COOKIE).map(HeaderValue::as_bytes)
}

/// The place of the session cookie of one request: its name and where it is valid.
pub(crate) struct CookiePlace<'a> {
    /// `COOKIE_DOMAIN`.
    pub(crate) domain: Option<&'a str>,
    /// The `Host` header.
    pub(crate) host: &'a str,
    /// Whether it is for https alone.
    pub(crate) secure: bool,
    /// The names that the request carries.
    pub(crate) carried: Vec<&'static str>,
}

impl CookiePlace<'_> {
    /// The cookies that begin a session: first removals of those that the browser has under other names and on other domains, which
    /// it would send for ever, then the new one.
    pub(crate) fn begin(&self, token: &SessionToken) -> Vec<Cookie<'static>> {
        let mut cookies = self.elsewhere();
        let mut cookie = self.bare(self.name(), self.domain);
        cookie.set_value(token.encode());
        cookie.set_max_age(Duration::days(limits::SESSION_DAYS));
        cookies.push(cookie);
        cookies
    }

    /// The probe, in the same place: what keeps a browser from storing the one keeps it from storing the other.
    pub(crate) fn probe(&self) -> Cookie<'static> {
        let mut cookie = self.bare(PROBE_COOKIE, self.domain);
        cookie.set_value("1");
        cookie.set_max_age(Duration::hours(PROBE_HOURS));
        cookie
    }

    /// The cookies that take the session cookie away, here and in other places.
    pub(crate) fn end(&self) -> Vec<Cookie<'static>> {
        let mut cookies = self.elsewhere();
        cookies.push(self.removal(self.name(), self.domain));
        cookies
    }

    fn name(&self) -> &'static str {
        cookie::session_cookie(self.secure, self.domain.is_some())
    }

    /// Removals of what http, an earlier release or another value of `COOKIE_DOMAIN` has left: the names that came, on the host itself
    /// and on each domain that it lies in.
    fn elsewhere(&self) -> Vec<Cookie<'static>> {
        let own = (self.name(), self.domain);
        let places = || std::iter::once(None).chain(domains(self.host).map(Some));
        let all = self.carried.iter().flat_map(|name| places().map(move |domain| (*name, domain)));
        all.filter(|place| *place != own).map(|(name, domain)| self.removal(name, domain)).collect()
    }

    fn removal(&self, name: &'static str, domain: Option<&str>) -> Cookie<'static> {
        let mut cookie = self.bare(name, domain);
        cookie.make_removal();
        cookie
    }

    fn bare(&self, name: &'static str, domain: Option<&str>) -> Cookie<'static> {
        let cookie = Cookie::build(name, "").path("/").http_only(true).same_site(SameSite::Lax).secure(self.secure);
        match domain {
            Some(domain) => cookie.domain(domain.to_owned()).finish(),
            None => cookie.finish(),
        }
    }
}

/// The domains that a cookie from this host may be on: `www.example.com` and `example.com`. None for `localhost` and for addresses.
fn domains(host: &str) -> impl Iterator<Item = &str> {
    let name = host.split(':').next().unwrap_or_default();
    let is_name = name.parse::<std::net::IpAddr>().is_err() && !name.starts_with('[');
    std::iter::successors(is_name.then_some(name), |name| Some(name.split_once('.')?.1))
        .filter(|name| name.contains('.'))
        .take(MAX_DOMAINS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_may_lie_on_the_host_and_above_it() {
        let all = |host| domains(host).collect::<Vec<_>>();
        assert_eq!(all("www.example.com:8000"), ["www.example.com", "example.com"]);
        assert_eq!(all("example.com"), ["example.com"]);
        for host in ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", ""] {
            assert_eq!(all(host), [""; 0], "{host}");
        }
        assert_eq!(all(&"a.".repeat(100)).len(), MAX_DOMAINS);
    }
}
