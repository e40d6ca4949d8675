//! Opens the sockets that a server listens on.

mod inherited;
mod tcp;
mod unix;

use std::{
    fmt, io,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::{UnixListener, UnixStream},
    },
    path::Path,
};

use socket2::SockRef;

use crate::settings::{Listen, Settings};

/// Connections that the kernel holds until a worker accepts them. After a restart all clients come back at once.
const BACKLOG: i32 = 1024;

/// The sockets that a server listens on: at least one. Iterate over it to serve them.
///
/// A name with several addresses (`localhost`) and a systemd unit may have more than one. actix-web makes an `App` for each socket and
/// worker.
#[derive(Debug)]
pub struct Listener {
    sockets: Vec<ListenSocket>,
    is_inherited: bool,
}

/// One socket that listens.
#[derive(Debug)]
pub enum ListenSocket {
    /// A TCP socket.
    Tcp(TcpListener),
    /// A Unix socket.
    Unix(UnixListener),
}

/// A connection that waited to be accepted when its listener closed. It blocks.
#[derive(Debug)]
pub enum Waiting {
    /// A TCP connection.
    Tcp(TcpStream),
    /// A Unix connection.
    Unix(UnixStream),
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
        Ok(Listener { sockets, is_inherited: matches!(self, Self::Descriptor(_) | Self::Activated) })
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

impl Settings {
    /// Opens the address of `METRICS_BIND`; `None` without it.
    ///
    /// # Errors
    /// As [`Listen::bind`]. The text names the variable.
    pub fn bind_metrics(&self) -> Result<Option<Listener>, ListenError> {
        let advice = "METRICS_BIND names this address: choose a free address of this machine";
        self.metrics.as_ref().map(|listen| listen.bind().map_err(|fault| ListenError { advice, ..fault })).transpose()
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

    /// A second handle to the same sockets.
    ///
    /// # Errors
    /// The process has no free descriptor.
    pub fn try_clone(&self) -> io::Result<Self> {
        let sockets = self.sockets.iter().map(ListenSocket::try_clone).collect::<io::Result<_>>()?;
        Ok(Self { sockets, is_inherited: self.is_inherited })
    }

    /// Whether another process has opened the sockets (systemd, `--fd`) and may share them with further processes.
    pub fn is_inherited(&self) -> bool {
        self.is_inherited
    }

    /// Makes the kernel refuse further connections, on all handles of these sockets and in all processes that share them. Returns the
    /// connections that still waited to be accepted, which the kernel would reset.
    ///
    /// # Errors
    /// The operating system cannot (macOS): the sockets listen until their last handle is dropped.
    pub fn refuse(&self) -> (Vec<Waiting>, io::Result<()>) {
        let mut waiting = Vec::new();
        let refused = self.sockets.iter().try_for_each(|socket| {
            waiting.extend(std::iter::from_fn(|| socket.accept()));
            SockRef::from(socket).shutdown(Shutdown::Read)
        });
        (waiting, refused)
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

    fn try_clone(&self) -> io::Result<Self> {
        match self {
            Self::Tcp(listener) => listener.try_clone().map(Self::Tcp),
            Self::Unix(listener) => listener.try_clone().map(Self::Unix),
        }
    }

    /// The next connection that waits.
    fn accept(&self) -> Option<Waiting> {
        match self {
            Self::Tcp(listener) => listener.accept().ok().map(|(connection, _)| Waiting::Tcp(connection)),
            Self::Unix(listener) => listener.accept().ok().map(|(connection, _)| Waiting::Unix(connection)),
        }
    }
}

impl AsFd for ListenSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(listener) => listener.as_fd(),
            Self::Unix(listener) => listener.as_fd(),
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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn returns_waiting_connections_and_refuses_others_on_all_handles() {
        let listener = Listen::Tcp { host: "127.0.0.1".to_owned(), port: 0 }.bind().unwrap();
        let addr = listener.local_addr().unwrap().unwrap();
        let handle = listener.try_clone().unwrap();
        assert!(!handle.is_inherited());
        let mut client = TcpStream::connect(addr).unwrap();
        let (mut waiting, refused) = handle.refuse();
        refused.unwrap();
        let Some(Waiting::Tcp(mut server)) = waiting.pop() else { panic!("a connection waited") };
        server.write_all(b"x").unwrap();
        client.read_exact(&mut [0]).unwrap();
        assert_eq!(TcpStream::connect(addr).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        drop(listener);
    }

    #[test]
    fn another_process_can_bind_a_unix_socket_that_refuses() {
        let folder = tempfile::tempdir().unwrap();
        let listen = Listen::unix(folder.path().join("a.sock"));
        let old = listen.bind().unwrap();
        old.refuse().1.unwrap();
        assert!(UnixStream::connect(folder.path().join("a.sock")).is_err());
        let _new = listen.bind().unwrap();
        assert!(UnixStream::connect(folder.path().join("a.sock")).is_ok());
    }
}
