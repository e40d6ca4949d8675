//! The address of a server, by gunicorn's rules.

use std::{ffi::OsString, fmt, path::PathBuf, str::FromStr};

use super::{Flags, reader::Reader};
use crate::Program;

/// The host that means every address of the machine, of both families where it has both.
pub const EVERY_ADDRESS: &str = "::";
/// Every user may connect, as gunicorn, uvicorn and Daphne have it: a proxy runs as another user. The folder can say less.
const UNIX_MODE: u32 = 0o666;

/// The complete address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listen {
    /// A host (name or address, an IPv6 address without brackets) and a port; port 0 lets the system choose one.
    Tcp {
        /// Name or address.
        host: String,
        /// The port.
        port: u16,
    },
    /// A Unix socket.
    Unix {
        /// The socket's file.
        path: PathBuf,
        /// The file's permission bits, such as 0o666.
        mode: u32,
    },
    /// A listening socket that this process was started with, by its descriptor.
    Descriptor(i32),
    /// The sockets that systemd hands over (`LISTEN_FDS`).
    Activated,
}

impl Listen {
    /// A Unix socket that every user may connect to.
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self::Unix { path: path.into(), mode: UNIX_MODE }
    }

    /// The port of a TCP address.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Tcp { port, .. } => Some(*port),
            Self::Unix { .. } | Self::Descriptor(_) | Self::Activated => None,
        }
    }

    /// Flags win over systemd's sockets, and those over the environment; without any only this machine is listened to.
    ///
    /// A platform that sets `PORT` routes to it from outside, so then every address is listened to. A server that is not meant for others
    /// is not opened so: with an application's public key a client that reaches it could sign in as any user. `--bind` and a socket unit are explicit, so they win.
    pub(super) fn read(reader: &mut Reader<'_>, program: Program, flags: &Flags, is_for_others: bool) -> Self {
        let port = read_port(reader, program);
        let activated = is_activated(reader);
        let host = match (port, flags.port) {
            (Some(_), None) if is_for_others => EVERY_ADDRESS,
            _ => "127.0.0.1",
        };
        let port = flags.port.or(port).unwrap_or(program.default_port());
        match &flags.bind {
            Some(Bind::Unix(path)) => Self::Unix { path: path.clone(), mode: UNIX_MODE & !flags.umask },
            Some(Bind::Descriptor(number)) => Self::Descriptor(*number),
            Some(Bind::Host(host)) => Self::Tcp { host: host.clone(), port },
            Some(Bind::HostPort(host, port)) => Self::Tcp { host: host.clone(), port: *port },
            None if activated && flags.port.is_none() => Self::Activated,
            None => Self::Tcp { host: host.to_owned(), port },
        }
    }
}

fn read_port(reader: &mut Reader<'_>, program: Program) -> Option<u16> {
    let mut port = None;
    for variable in program.port_variables() {
        if *variable == "WS_PORT" && reader.has_prefix(variable, "tcp://") {
            reader.note(
                "WS_PORT is ignored: Kubernetes has set it to the address of a service called \"ws\". Set WS_PORT in the pod's spec, or \
                 enableServiceLinks: false",
            );
            continue;
        }
        let found = reader.parse(variable, parse_port);
        port = port.or(found);
    }
    port
}

/// Whether systemd has handed sockets to this very process. A child inherits the variables but not the sockets.
fn is_activated(reader: &mut Reader<'_>) -> bool {
    let count = reader.number("LISTEN_FDS");
    let process = reader.number("LISTEN_PID");
    count.is_some_and(|count| count > 0) && process == Some(std::process::id())
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix { path, .. } => write!(f, "unix:{}", path.display()),
            Self::Descriptor(number) => write!(f, "the descriptor {number} (--fd)"),
            Self::Activated => f.write_str("the sockets of LISTEN_FDS"),
        }
    }
}

/// The value of `--bind`: `HOST`, `HOST:PORT`, `[v6]:PORT`, `unix:PATH` or `fd://NUMBER`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bind {
    /// A host; the port comes from `--port`, the environment or the default.
    Host(String),
    /// A host and a port.
    HostPort(String, u16),
    /// A Unix socket.
    Unix(PathBuf),
    /// A listening socket that this process was started with, by its descriptor.
    Descriptor(i32),
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
                parse_path(path.into()).map(Self::Unix)
            };
        }
        if let Some(number) = text.strip_prefix("fd://") {
            return parse_descriptor(number).map(Self::Descriptor);
        }
        if text.parse::<u16>().is_ok() {
            return Err(format!("this is a port alone; did you mean --port {text}, or --bind :{text} for every address?"));
        }
        parse_tcp(text).ok_or_else(|| "expected HOST, HOST:PORT, [v6]:PORT, unix:PATH or fd://NUMBER".to_owned())
    }
}

/// The value of `--uds`. An address in its place may hold a password, which a later error would show.
///
/// # Errors
/// A sentence that says what is expected.
pub fn parse_path(path: OsString) -> Result<PathBuf, String> {
    match path.to_string_lossy().contains("://") {
        true => Err("expected the path of a file, as in /run/app.sock".to_owned()),
        false => Ok(path.into()),
    }
}

/// The value of `--fd`.
///
/// # Errors
/// A sentence that says what is expected.
pub fn parse_descriptor(text: &str) -> Result<i32, String> {
    let number = text.parse().ok().filter(|number| *number >= 0);
    number.ok_or_else(|| "expected the number of a descriptor, as in --fd 3".to_owned())
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
    let host = if host.is_empty() { EVERY_ADDRESS } else { host };
    if host.contains(char::is_whitespace) || host.contains(['/', '@']) {
        return None;
    }
    match port.strip_prefix(':') {
        Some(port) => Some(Bind::HostPort(host.to_owned(), port.parse().ok()?)),
        None if port.is_empty() => Some(Bind::Host(host.to_owned())),
        None => None,
    }
}

fn parse_port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| match text.contains("://") {
        true => {
            "a port number from 0 to 65535; Kubernetes sets such addresses for services (enableServiceLinks: false)".to_owned()
        }
        false => "a port number from 0 to 65535".to_owned(),
    })
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
            (":9000", pair("::", 9000)),
            ("[::1]:80", pair("::1", 80)),
            ("[::1]", host("::1")),
            ("::", host("::")),
            ("unix:/run/a.sock", Bind::Unix("/run/a.sock".into())),
            ("fd://3", Bind::Descriptor(3)),
        ] {
            assert_eq!(text.parse(), Ok(bind), "{text}");
        }
    }

    #[test]
    fn bind_refuses_other_forms() {
        for text in [
            "unix:",
            "a:b",
            "a:70000",
            "[x]:1",
            "[::1",
            "[::1]1",
            "http://a:1",
            "a b",
            "u@h",
            "8000",
            "unix:redis://h",
            "fd://",
            "fd://-1",
            "fd://x",
        ] {
            assert!(text.parse::<Bind>().is_err(), "{text}");
        }
    }

    #[test]
    fn display_has_the_form_that_bind_reads() {
        for text in ["127.0.0.1:8000", "[::1]:80", "unix:/run/a.sock"] {
            let listen = match text.parse().unwrap() {
                Bind::HostPort(host, port) => Listen::Tcp { host, port },
                Bind::Unix(path) => Listen::unix(path),
                Bind::Host(_) | Bind::Descriptor(_) => unreachable!(),
            };
            assert_eq!(listen.to_string(), text);
        }
    }
}
