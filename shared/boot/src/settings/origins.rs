//! Which pages may speak to us beside our own.

use std::fmt;

use super::{
    hosts::split_port,
    reader::{Parsed, Reader},
};

/// The origin of a page: scheme, host and port, compared as browsers do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

/// `ALLOWED_ORIGINS`: a comma list of `scheme://host[:port]`, in addition to the same origin; default none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedOrigins(Vec<Origin>);

impl Origin {
    /// Reads an `Origin` header. None where it is `null` or no http(s) origin.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, host) = text.split_once("://")?;
        Self::of(scheme, host)
    }

    /// The origin of a page that was asked for at this scheme and `Host` header.
    pub fn of(scheme: &str, host: &str) -> Option<Self> {
        let scheme = scheme.to_ascii_lowercase();
        let usual = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let (host, port) = split_port(host)?;
        let port = port.map_or(Some(usual), |port| port.parse().ok())?;
        let sound = !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && b != b'/');
        sound.then(|| Self { scheme, host: host.to_ascii_lowercase(), port })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        match (self.scheme.as_str(), self.port) {
            ("http", 80) | ("https", 443) => Ok(()),
            (_, port) => write!(f, ":{port}"),
        }
    }
}

impl AllowedOrigins {
    /// Whether the list names this origin.
    pub fn contains(&self, origin: &Origin) -> bool {
        self.0.contains(origin)
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let origins = reader.parse_list("ALLOWED_ORIGINS", parse_origin);
        Self(origins.unwrap_or_default())
    }
}

impl From<Vec<Origin>> for AllowedOrigins {
    fn from(origins: Vec<Origin>) -> Self {
        Self(origins)
    }
}

fn parse_origin(text: &str) -> Parsed<Origin> {
    // A trailing slash is what a copied address has.
    Origin::parse(text.strip_suffix('/').unwrap_or(text))
        .ok_or_else(|| "http://HOST[:PORT] or https://HOST[:PORT], without a path".to_owned())
}
