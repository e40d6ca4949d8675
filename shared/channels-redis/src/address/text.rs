//! Splits an address into its parts and decodes them.

use super::AddressError::{self, Malformed, RawCharacter};

/// The part before `://`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scheme(&'static str);

/// redis-py's three schemes, and those of other clients.
const SCHEMES: [&str; 7] = ["redis", "rediss", "valkey", "valkeys", "unix", "redis+unix", "valkey+unix"];

impl Scheme {
    fn read(text: &str) -> Option<Self> {
        SCHEMES.into_iter().find(|scheme| scheme.eq_ignore_ascii_case(text)).map(Self)
    }

    pub(super) fn is_unix(self) -> bool {
        self.0.ends_with("unix")
    }

    pub(super) fn is_tls(self) -> bool {
        matches!(self.0, "rediss" | "valkeys")
    }
}

/// The parts of an address.
#[derive(Debug, Clone)]
pub(super) struct Text<'a> {
    pub(super) scheme: Scheme,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    /// Without brackets. Empty for a Unix socket.
    pub(super) host: String,
    pub(super) port: u16,
    /// The path of a Unix socket.
    pub(super) path: String,
    /// From the path of an address with a host.
    pub(super) database: Option<i64>,
    /// The text after `?`, not decoded.
    pub(super) query: &'a str,
}

impl<'a> Text<'a> {
    pub(super) fn split(url: &'a str) -> Result<Self, AddressError> {
        let (scheme, rest) = url.split_once("://").ok_or(Malformed)?;
        let scheme = Scheme::read(scheme).ok_or(Malformed)?;
        no_raw_character(rest)?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = place.find('/').map_or((place, ""), |at| place.split_at(at));
        // An @ after a / or a ? means that the password holds that character, since the host follows the @.
        if path.contains('@') && !(scheme.is_unix() && (authority.is_empty() || authority.contains('@'))) {
            return Err(RawCharacter('/'));
        }
        let (user, password, host) = credentials(authority)?;
        let text = Self { scheme, user, password, host: String::new(), port: 0, path: String::new(), database: None, query };
        match scheme.is_unix() {
            true if host.is_empty() && path.len() > 1 => Ok(Self { path: decoded(path)?, ..text }),
            true => Err(Malformed),
            false => {
                let (host, port) = host_and_port(host).map_err(|fault| raw_question_mark(query).unwrap_or(fault))?;
                Ok(Self { host, port, database: database(path)?, ..text })
            }
        }
    }

    pub(super) fn shown(&self, is_secret: bool, database: i64) -> String {
        let (scheme, mask) = (self.scheme.0, if is_secret { "***@" } else { "" });
        let database = if database == 0 { String::new() } else { format!("/{database}") };
        match (self.scheme.is_unix(), self.host.contains(':')) {
            (true, _) => format!("{scheme}://{mask}{}{database}", self.path),
            (_, true) => format!("{scheme}://{mask}[{}]:{}{database}", self.host, self.port),
            (_, false) => format!("{scheme}://{mask}{}:{}{database}", self.host, self.port),
        }
    }
}

/// Refuses characters that end an address or a part of it anywhere.
fn no_raw_character(rest: &str) -> Result<(), AddressError> {
    match rest.chars().find(|c| matches!(c, ',' | '#') || c.is_whitespace() || c.is_control()) {
        Some(raw) => Err(RawCharacter(raw)),
        None => Ok(()),
    }
}

fn raw_question_mark(query: &str) -> Option<AddressError> {
    query.contains('@').then_some(RawCharacter('?'))
}

/// Returns user, password, and the rest. As in redis-py the last `@` ends a password, and the first `:` begins it.
fn credentials(authority: &str) -> Result<(Option<String>, Option<String>, &str), AddressError> {
    let Some((credentials, host)) = authority.rsplit_once('@') else { return Ok((None, None, authority)) };
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let given = |text: &str| if text.is_empty() { Ok(None) } else { decoded(text).map(Some) };
    Ok((given(user)?, given(password)?, host))
}

fn host_and_port(text: &str) -> Result<(String, u16), AddressError> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or(Malformed)?;
            host.parse::<std::net::Ipv6Addr>().map_err(|_| Malformed)?;
            (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':').ok_or(Malformed)?) })
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let is_sound = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    let port = match port {
        Some(port) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok(),
        Some(_) => None,
        None => Some(6379),
    };
    let host = if host.is_empty() { "localhost" } else { host };
    port.filter(|_| is_sound).map(|port| (host.to_owned(), port)).ok_or(Malformed)
}

fn database(path: &str) -> Result<Option<i64>, AddressError> {
    let number = path.trim_matches('/');
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    match number.is_empty() {
        true => Ok(None),
        false => number.parse().ok().filter(|_| is_number).map(Some).ok_or(Malformed),
    }
}

/// Replaces `%XX`. A `%` without two digits may belong to a password, so it is refused and must be encoded.
pub(super) fn decoded(text: &str) -> Result<String, AddressError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (high, low) = (digit(rest.next()), digit(rest.next()));
        let value = high.zip(low).map(|(high, low)| high * 16 + low).and_then(|value| u8::try_from(value).ok());
        bytes.push(value.ok_or(RawCharacter('%'))?);
    }
    String::from_utf8(bytes).map_err(|_| Malformed)
}
