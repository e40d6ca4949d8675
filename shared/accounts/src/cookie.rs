//! The cookie that carries the session, as both servers name and read it.

/// The session cookie's name over http, where browsers refuse the names with a prefix.
pub const SESSION_COOKIE: &str = "catamaran_session";
/// Its name over https. A browser takes this one only from this very host over https, so neither another name of the same domain nor
/// a network can plant it.
const HOST_COOKIE: &str = "__Host-catamaran_session";
/// Its name over https with `COOKIE_DOMAIN`: a browser takes it only over https, but from every name of the domain.
const DOMAIN_COOKIE: &str = "__Secure-catamaran_session";

/// A cookie that only shows whether the browser keeps cookies: set with a sign-in form, expected with what the form sends.
pub(crate) const PROBE_COOKIE: &str = "catamaran_probe";

/// How many session cookies of one request are looked at. A browser sends one for each `Domain` it was given the cookie on,
/// and each costs a query.
const MAX_TOKENS: usize = 4;

/// The name under which the session cookie is set.
pub fn session_cookie(secure: bool, on_domain: bool) -> &'static str {
    match (secure, on_domain) {
        (true, false) => HOST_COOKIE,
        (true, true) => DOMAIN_COOKIE,
        (false, _) => SESSION_COOKIE,
    }
}

/// The names that are believed, the strongest first. Over https those without a prefix are not: any name below the same domain, and
/// over http any network, could have set them.
fn believed(secure: bool, on_domain: bool) -> &'static [&'static str] {
    match (secure, on_domain) {
        (true, false) => &[HOST_COOKIE],
        (true, true) => &[HOST_COOKIE, DOMAIN_COOKIE],
        (false, _) => &[HOST_COOKIE, DOMAIN_COOKIE, SESSION_COOKIE],
    }
}

/// The session tokens in the `Cookie` header's lines, at most four: those of `__Host-` before those of `__Secure-` before those without
/// a prefix, and within a name in the order in which the browser sent them. Where there is more than one, any of them may be the valid
/// one: with and without `COOKIE_DOMAIN` a browser keeps two cookies of one name, and does not say which is which.
///
/// `secure` says whether the request came over https, `on_domain` whether `COOKIE_DOMAIN` is set.
pub fn session_tokens<'h>(
    lines: impl IntoIterator<Item = &'h [u8]> + Clone,
    secure: bool,
    on_domain: bool,
) -> impl Iterator<Item = &'h str> {
    let names = believed(secure, on_domain).iter();
    names
        .flat_map(move |name| catamaran_edge::cookie_values(lines.clone(), name))
        .filter(|token| !token.is_empty())
        .take(MAX_TOKENS)
}

/// The names of session cookies that a request carries, believed or not.
pub fn session_cookies_in<'h>(lines: impl IntoIterator<Item = &'h [u8]> + Clone) -> impl Iterator<Item = &'static str> {
    let names = believed(false, true).iter().copied();
    names.filter(move |name| catamaran_edge::cookie_values(lines.clone(), name).any(|token| !token.is_empty()))
}

/// Whether a browser has returned a cookie of ours: of a session, or the probe.
pub fn is_returned<'h>(lines: impl IntoIterator<Item = &'h [u8]> + Clone) -> bool {
    session_cookies_in(lines.clone()).next().is_some() || catamaran_edge::cookie_values(lines, PROBE_COOKIE).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens<'h>(lines: &[&'h [u8]]) -> Vec<&'h str> {
        session_tokens(lines.iter().copied(), false, false).collect()
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        for line in ["catamaran_session=abc", "a=b; catamaran_session=abc; c=d", "a;catamaran_session = \"abc\""] {
            assert_eq!(tokens(&[line.as_bytes()]), ["abc"], "{line}");
        }
    }

    #[test]
    fn a_cookie_that_is_no_text_hides_no_other() {
        assert_eq!(tokens(&["x=한글; catamaran_session=abc".as_bytes()]), ["abc"]);
        assert_eq!(tokens(&[b"x=\xff\xfe; catamaran_session=\xff; catamaran_session=abc"]), ["abc"]);
    }

    #[test]
    fn every_one_is_told_within_a_bound() {
        assert_eq!(tokens(&[b"xcatamaran_session=no; catamaran_session=old; catamaran_session=new"]), ["old", "new"]);
        assert_eq!(tokens(&[b"catamaran_session=old", b"a=b; catamaran_session=new"]), ["old", "new"]);
        assert_eq!(tokens(&["catamaran_session=x; ".repeat(100).as_bytes()]).len(), MAX_TOKENS);
    }

    #[test]
    fn where_there_is_none_none_is_found() {
        for line in ["", ";;", "catamaran_session", "catamaran_session=", "a=catamaran_session=x", "="] {
            assert_eq!(tokens(&[line.as_bytes()]), [""; 0], "{line}");
            assert_eq!(session_cookies_in([line.as_bytes()]).count(), 0, "{line}");
        }
    }

    const ALL: &str = "catamaran_session=plain; __Secure-catamaran_session=domain; __Host-catamaran_session=host";

    #[test]
    fn believes_the_strongest_name_first_and_over_https_no_name_without_a_prefix() {
        let read = |secure, on_domain| session_tokens([ALL.as_bytes()], secure, on_domain).collect::<Vec<_>>();
        assert_eq!(read(true, false), ["host"]);
        assert_eq!(read(true, true), ["host", "domain"]);
        assert_eq!(read(false, false), ["host", "domain", "plain"]);
        let planted = "catamaran_session=planted; ".repeat(9) + "__Host-catamaran_session=own";
        assert_eq!(session_tokens([planted.as_bytes()], false, false).next(), Some("own"));
        assert_eq!(session_tokens([&b"__host-catamaran_session=x"[..]], true, true).count(), 0, "names are compared as they are");
    }

    #[test]
    fn reads_the_name_that_it_sets() {
        for (secure, on_domain) in [(true, false), (true, true), (false, true), (false, false)] {
            assert!(believed(secure, on_domain).contains(&session_cookie(secure, on_domain)));
        }
    }

    #[test]
    fn names_every_session_cookie_of_a_request() {
        assert_eq!(session_cookies_in([ALL.as_bytes()]).count(), 3);
        assert_eq!(session_cookies_in([&b"a=b; catamaran_session=x"[..]]).collect::<Vec<_>>(), [SESSION_COOKIE]);
    }
}
