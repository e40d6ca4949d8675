//! The command line.

use std::{path::Path, time::Duration};

use catamaran_boot::{findings::FailFlag, whole_number};
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use url::Url;

use crate::{Authorities, Place};

/// Dials a deployed site from outside, as a client does, and reports what is misconfigured
///
/// It needs no credentials. It signs in as the guest "doctor", opens a few sockets to the lobby, and signs out. No room and no game is touched.
/// The exit code is 0 if no finding is an error, 1 after an error, 2 if nothing could be examined.
#[derive(Debug, Clone, clap::Args)]
#[non_exhaustive]
pub struct Args {
    /// The address of the front page, as in `https://chat.example`
    #[arg(value_name = "URL", value_parser = parse_site)]
    pub site: Place,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Seconds for the whole examination, without --idle
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = whole_number(1_u64..=120))]
    pub within: u64,
    /// Leave a socket, and half of a request, without traffic for so many seconds: 0 leaves that out, 70 finds most short timeouts of balancers
    #[arg(long, value_name = "SECONDS", default_value = "8", value_parser = whole_number(0_u64..=600))]
    pub idle: u64,
    /// The port that plain HTTP has beside https, for the redirect. Unset: 80 beside 443, otherwise none
    #[arg(long, value_name = "PORT", value_parser = whole_number(1_u16..=u16::MAX))]
    pub http_port: Option<u16>,
    /// A PEM file with more certificates to trust: of a private authority, or the site's own
    #[arg(long, value_name = "FILE", value_parser = OsStringValueParser::new().try_map(|path| Authorities::read(Path::new(&path))))]
    pub ca: Option<Authorities>,
    /// The level of findings that fail.
    #[command(flatten)]
    pub fail: FailFlag,
}

impl Args {
    pub(crate) fn budget(&self) -> Duration {
        Duration::from_secs(self.within)
    }

    pub(crate) fn idle(&self) -> Duration {
        Duration::from_secs(self.idle)
    }
}

// The address may hold a password, so the error does not repeat it.
fn parse_site(text: &str) -> Result<Place, String> {
    let expected = "expected the address of the front page, such as https://chat.example";
    let url = Url::parse(text).map_err(|_| expected.to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{expected}, with http or https and without a user"));
    }
    Place::of(&url).ok_or_else(|| expected.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_address_of_a_site() {
        for (text, origin) in [
            ("https://chat.example", "https://chat.example"),
            ("https://Chat.Example:443/lobby?x=1", "https://chat.example"),
            ("http://localhost:8000/", "http://localhost:8000"),
            ("http://[::1]:8000", "http://[::1]:8000"),
            ("https://한글.example", "https://xn--bj0bj06e.example"),
        ] {
            assert_eq!(parse_site(text).unwrap().origin(), origin, "{text}");
        }
        for text in ["chat.example", "localhost:8000", "wss://chat.example", "https://u:p@chat.example", "https://", ""] {
            assert!(parse_site(text).is_err_and(|fault| !fault.contains("u:p")), "{text}");
        }
    }
}
