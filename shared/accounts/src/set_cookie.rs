//! The cookies of a sign-in and of a sign-out, for the place that one request comes from.

use std::{net::IpAddr, time::Duration};

use store::SessionToken;

use crate::{
    SESSION_DAYS,
    cookie::{self, PROBE_COOKIE},
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A form may lie open this long; later, one redirect asks again.
const PROBE_AGE: Duration = HOUR;
/// Of how many domains a cookie is removed: a host of more labels is nobody's.
const MAX_DOMAINS: usize = 4;

/// A cookie to set: `Path=/`, `HttpOnly`, `SameSite=Lax`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCookie {
    /// Its name.
    pub name: &'static str,
    /// Its value; empty where it is removed.
    pub value: String,
    /// Its domain; `None` for the host alone.
    pub domain: Option<String>,
    /// Whether it is for https alone.
    pub secure: bool,
    /// How long it is kept; zero removes it.
    pub max_age: Duration,
}

/// The place of the session cookie of one request: its name and where it is valid.
pub struct CookiePlace<'a> {
    /// `COOKIE_DOMAIN`.
    pub domain: Option<&'a str>,
    /// The `Host` header.
    pub host: &'a str,
    /// Whether it is for https alone.
    pub secure: bool,
    /// The names that the request carries.
    pub carried: Vec<&'static str>,
}

impl CookiePlace<'_> {
    /// The cookies that begin a session: first removals of those that the browser has under other names and on other domains, which
    /// it would send for ever, then the new one.
    pub fn begin(&self, token: &SessionToken) -> Vec<SetCookie> {
        let mut cookies = self.elsewhere();
        let max_age = DAY * u32::try_from(SESSION_DAYS).unwrap_or_default();
        cookies.push(SetCookie { value: token.encode(), max_age, ..self.removal(self.name(), self.domain) });
        cookies
    }

    /// The probe, in the same place: what keeps a browser from storing the one keeps it from storing the other.
    pub fn probe(&self) -> SetCookie {
        SetCookie { value: "1".to_owned(), max_age: PROBE_AGE, ..self.removal(PROBE_COOKIE, self.domain) }
    }

    /// The cookies that take the session cookie away, here and in other places.
    pub fn end(&self) -> Vec<SetCookie> {
        let mut cookies = self.elsewhere();
        cookies.push(self.removal(self.name(), self.domain));
        cookies
    }

    fn name(&self) -> &'static str {
        cookie::session_cookie(self.secure, self.domain.is_some())
    }

    /// Removals of what http, an earlier release or another value of `COOKIE_DOMAIN` has left: the names that came, on the host itself
    /// and on each domain that it lies in.
    fn elsewhere(&self) -> Vec<SetCookie> {
        let own = (self.name(), self.domain);
        let places = || std::iter::once(None).chain(domains(self.host).map(Some));
        let all = self.carried.iter().flat_map(|name| places().map(move |domain| (*name, domain)));
        all.filter(|place| *place != own).map(|(name, domain)| self.removal(name, domain)).collect()
    }

    fn removal(&self, name: &'static str, domain: Option<&str>) -> SetCookie {
        SetCookie { name, value: String::new(), domain: domain.map(str::to_owned), secure: self.secure, max_age: Duration::ZERO }
    }
}

/// The domains that a cookie from this host may be on: `www.example.com` and `example.com`. None for `localhost` and for addresses.
fn domains(host: &str) -> impl Iterator<Item = &str> {
    let name = host.split(':').next().unwrap_or_default();
    let is_name = name.parse::<IpAddr>().is_err() && !name.starts_with('[');
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
