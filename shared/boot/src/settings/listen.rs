//! Where a server listens: gunicorn's rules.

use std::{fmt, path::PathBuf, str::FromStr};

use super::{
    Flags, SecretKey,
    reader::{Reader, quoted},
};
use crate::Process;

/// An address to listen on, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// A host (name or address, an IPv6 address without brackets) and a port; port 0 lets the system choose one.
    Tcp {
        /// Name or address.
        host: String,
        /// The port.
        port: u16,
    },
    /// A Unix socket at this path.
    Unix(PathBuf),
}

impl Listen {
    /// The port of a TCP address.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Tcp { port, .. } => Some(*port),
            Self::Unix(_) => None,
        }
    }

    /// Flags win over the environment; without either only this machine is listened to. A platform that sets `PORT`
    /// routes to it from outside, so then every address is, unless the key is the public one: with it, anybody who reaches the
    /// server could be anybody. `--bind` is the word of somebody who knows what they do.
    pub(super) fn read(reader: &mut Reader<'_>, process: Process, flags: &Flags, key: &SecretKey) -> Self {
        let Flags { bind, port: port_flag, .. } = flags;
        let mut port = None;
        for variable in process.port_variables() {
            let found = reader.parse(variable, parse_port);
            port = port.or(found);
        }
        let host = match (port, port_flag) {
            (Some(_), None) if !key.is_development() => "0.0.0.0",
            _ => "127.0.0.1",
        };
        let port = port_flag.or(port).unwrap_or(process.default_port());
        match bind {
            Some(Bind::Unix(path)) => Self::Unix(path.clone()),
            Some(Bind::Host(host)) => Self::Tcp { host: host.clone(), port },
            Some(Bind::HostPort(host, port)) => Self::Tcp { host: host.clone(), port: *port },
            None => Self::Tcp { host: host.to_owned(), port },
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// The value of `--bind`: `HOST`, `HOST:PORT`, `[v6]:PORT` or `unix:PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bind {
    /// A host; the port comes from `--port`, the environment or the default.
    Host(String),
    /// A host and a port.
    HostPort(String, u16),
    /// A Unix socket.
    Unix(PathBuf),
}

impl FromStr for Bind {
    type Err = String;

    /// # Errors
    /// A sentence that says what was found and what is expected.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.is_empty() {
                Err("unix: without a path; expected unix:PATH".to_owned())
            } else {
                Ok(Self::Unix(PathBuf::from(path)))
            };
        }
        parse_tcp(text).ok_or_else(|| format!("{}; expected HOST, HOST:PORT, [v6]:PORT or unix:PATH", quoted(text)))
    }
}

fn parse_tcp(text: &str) -> Option<Bind> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        (host, port)
    } else if text.parse::<std::net::Ipv6Addr>().is_ok() {
        (text, "")
    } else {
        text.split_at(text.find(':').unwrap_or(text.len()))
    };
    let host = if host.is_empty() { "0.0.0.0" } else { host };
    if host.contains(char::is_whitespace) || host.contains('/') {
        return None;
    }
    match port.strip_prefix(':') {
        Some(port) => Some(Bind::HostPort(host.to_owned(), port.parse().ok()?)),
        None if port.is_empty() => Some(Bind::Host(host.to_owned())),
        None => None,
    }
}

fn parse_port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "a port number from 0 to 65535".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bind_reads_every_form() {
        let host = |h: &str| Bind::Host(h.to_owned());
        let pair = |h: &str, p| Bind::HostPort(h.to_owned(), p);
        for (text, bind) in [
            ("0.0.0.0", host("0.0.0.0")),
            ("localhost:80", pair("localhost", 80)),
            (":9000", pair("0.0.0.0", 9000)),
            ("[::1]:80", pair("::1", 80)),
            ("[::1]", host("::1")),
            ("::", host("::")),
            ("unix:/run/a.sock", Bind::Unix("/run/a.sock".into())),
        ] {
            assert_eq!(text.parse(), Ok(bind), "{text}");
        }
    }

    #[test]
    fn bind_refuses_what_it_cannot_read() {
        for text in ["unix:", "a:b", "a:70000", "[x]:1", "[::1", "[::1]1", "http://a:1", "a b"] {
            assert!(text.parse::<Bind>().is_err(), "{text}");
        }
    }

    #[test]
    fn display_is_what_bind_reads() {
        for text in ["127.0.0.1:8000", "[::1]:80", "unix:/run/a.sock"] {
            let listen = match text.parse().unwrap() {
                Bind::HostPort(host, port) => Listen::Tcp { host, port },
                Bind::Unix(path) => Listen::Unix(path),
                Bind::Host(_) => unreachable!(),
            };
            assert_eq!(listen.to_string(), text);
        }
    }
}
