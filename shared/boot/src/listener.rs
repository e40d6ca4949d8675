//! Takes the address that a server listens on.

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    os::unix::{fs::FileTypeExt as _, net::UnixListener, net::UnixStream},
    path::Path,
};

use socket2::{Domain, Protocol, Socket, Type};

use crate::settings::Listen;

/// How many connections the kernel may hold until a worker takes them. A restart brings every client back at once.
const BACKLOG: i32 = 1024;

/// A socket that listens.
#[derive(Debug)]
pub enum Listener {
    /// A TCP socket.
    Tcp(TcpListener),
    /// A Unix socket.
    Unix(UnixListener),
}

/// The address could not be taken.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {listen}; {advice}")]
pub struct ListenError {
    listen: Listen,
    advice: &'static str,
    source: io::Error,
}

impl Listen {
    /// Takes the address. A Unix socket's file that a dead process left behind is replaced.
    ///
    /// # Errors
    /// The address is in use, unknown or not allowed; the text says what to do.
    pub fn bind(&self) -> Result<Listener, ListenError> {
        let bound = match self {
            Self::Tcp { host, port } => bind_tcp(host, *port).map(Listener::Tcp),
            Self::Unix(path) => bind_unix(path).map(Listener::Unix),
        };
        bound.map_err(|source| ListenError { listen: self.clone(), advice: advice(source.kind()), source })
    }
}

impl Listener {
    /// The address that a client connects to: the port is known even where 0 was asked for. None for a Unix socket.
    ///
    /// # Errors
    /// The operating system refuses to tell.
    pub fn local_addr(&self) -> io::Result<Option<SocketAddr>> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(Some),
            Self::Unix(_) => Ok(None),
        }
    }
}

impl fmt::Display for Listener {
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

/// The first of the host's addresses that can be taken.
fn bind_tcp(host: &str, port: u16) -> io::Result<TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host name has no address");
    for addr in (host, port).to_socket_addrs()? {
        match bind_addr(addr) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn bind_addr(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    // A restarted server takes its port at once, whatever connections of the old one still linger.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    if is_left_behind(path) {
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn is_left_behind(path: &Path) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_socket());
    is_socket && UnixStream::connect(path).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

fn advice(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::AddrInUse => "another program listens there: stop it, or choose another PORT (--port)",
        io::ErrorKind::PermissionDenied => "choose a port above 1023, or a folder that this user may write to",
        io::ErrorKind::AddrNotAvailable => "this machine has no such address: check --bind",
        _ => "check --bind and PORT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(port: u16) -> Listen {
        Listen::Tcp { host: "127.0.0.1".to_owned(), port }
    }

    #[test]
    fn a_port_in_use_is_named() {
        let first = tcp(0).bind().unwrap();
        let port = first.local_addr().unwrap().unwrap().port();
        let error = tcp(port).bind().unwrap_err().to_string();
        assert!(error.contains(&format!("127.0.0.1:{port}")) && error.contains("another program"), "{error}");
    }

    #[test]
    fn a_dead_unix_socket_is_replaced_and_a_live_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let listen = Listen::Unix(dir.path().join("a.sock"));
        drop(listen.bind().unwrap());
        let live = listen.bind().unwrap();
        assert!(listen.bind().is_err());
        drop(live);
    }

    #[test]
    fn a_file_that_is_no_socket_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notes.txt");
        std::fs::write(&path, "mine").unwrap();
        assert!(Listen::Unix(path.clone()).bind().is_err());
        assert_eq!(std::fs::read_to_string(path).unwrap(), "mine");
    }
}
