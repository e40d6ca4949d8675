//! Opens the sockets that a server listens on.

mod inherited;
mod tcp;
mod unix;

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener},
    os::unix::net::UnixListener,
    path::Path,
};

use crate::settings::Listen;

/// Connections that the kernel holds until a worker accepts them. After a restart all clients come back at once.
const BACKLOG: i32 = 1024;

/// The sockets that a server listens on: at least one. Iterate over it to serve them.
///
/// A name with several addresses (`localhost`) and a systemd unit may have more than one. actix-web makes an `App` for each socket and
/// worker.
#[derive(Debug)]
pub struct Listener {
    sockets: Vec<ListenSocket>,
}

/// One socket that listens.
#[derive(Debug)]
pub enum ListenSocket {
    /// A TCP socket.
    Tcp(TcpListener),
    /// A Unix socket.
    Unix(UnixListener),
}

/// The server cannot listen on its address.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {listen}; {advice}")]
pub struct ListenError {
    listen: Listen,
    advice: &'static str,
    source: io::Error,
}

impl Listen {
    /// Opens the sockets. Replaces the file of a Unix socket that a dead process left behind.
    ///
    /// # Errors
    /// The address is in use, unknown or not allowed; the descriptor is no listening socket. The text says what to do.
    pub fn bind(&self) -> Result<Listener, ListenError> {
        let sockets = match self {
            Self::Tcp { host, port } => tcp::bind(host, *port),
            Self::Unix { path, mode } => unix::bind(path, *mode).map(one),
            Self::Descriptor(number) => inherited::descriptor(*number).map(one),
            Self::Activated => inherited::activated(),
        };
        let sockets =
            sockets.map_err(|source| ListenError { listen: self.clone(), advice: self.advice(source.kind()), source })?;
        Ok(Listener { sockets })
    }

    fn advice(&self, kind: io::ErrorKind) -> &'static str {
        match (self, kind) {
            (Self::Descriptor(_) | Self::Activated, _) => "check the unit or the program that starts this one",
            (_, io::ErrorKind::AddrInUse) => "another program listens there: stop it, or choose another PORT (--port)",
            (Self::Unix { .. }, io::ErrorKind::NotFound) => "make the folder of the socket first",
            (_, io::ErrorKind::PermissionDenied) => "choose a port above 1023, or a folder that this user may write to",
            (_, io::ErrorKind::AddrNotAvailable) => "this machine has no such address: check --bind",
            _ => "check --bind and PORT",
        }
    }
}

fn one(socket: ListenSocket) -> Vec<ListenSocket> {
    vec![socket]
}

impl Listener {
    /// The first TCP address, with the port that the system chose for port 0. `None` if there are only Unix sockets.
    ///
    /// # Errors
    /// The operating system does not say.
    pub fn local_addr(&self) -> io::Result<Option<SocketAddr>> {
        self.sockets.iter().find_map(ListenSocket::tcp).map(TcpListener::local_addr).transpose()
    }
}

impl IntoIterator for Listener {
    type Item = ListenSocket;
    type IntoIter = std::vec::IntoIter<ListenSocket>;

    fn into_iter(self) -> Self::IntoIter {
        self.sockets.into_iter()
    }
}

impl ListenSocket {
    fn tcp(&self) -> Option<&TcpListener> {
        match self {
            Self::Tcp(listener) => Some(listener),
            Self::Unix(_) => None,
        }
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, socket) in self.sockets.iter().enumerate() {
            if at > 0 {
                f.write_str(" and ")?;
            }
            socket.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for ListenSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(listener) => match listener.local_addr() {
                Ok(addr) => write!(f, "http://{addr}"),
                Err(_) => f.write_str("a TCP socket"),
            },
            Self::Unix(listener) => {
                let addr = listener.local_addr().ok();
                let path = addr.as_ref().and_then(|addr| addr.as_pathname());
                write!(f, "unix:{}", path.unwrap_or_else(|| Path::new("?")).display())
            }
        }
    }
}
