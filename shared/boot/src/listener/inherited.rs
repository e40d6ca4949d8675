//! Sockets that the process which started this one has opened: `--fd N` and systemd's socket activation.

use std::{io, net::TcpListener, os::fd::OwnedFd, os::unix::net::UnixListener};

use listenfd::ListenFd;
use socket2::{Domain, SockRef};

use super::ListenSocket;

/// The sockets of a systemd unit (`LISTEN_FDS`), each TCP or Unix.
pub(super) fn activated() -> io::Result<Vec<ListenSocket>> {
    let mut handed = ListenFd::from_env();
    let sockets: io::Result<Vec<_>> = (0..handed.len()).map(|at| take(&mut handed, at)).collect();
    match sockets {
        Ok(sockets) if sockets.is_empty() => Err(io::Error::other("LISTEN_FDS has been used already")),
        sockets => sockets,
    }
}

fn take(handed: &mut ListenFd, at: usize) -> io::Result<ListenSocket> {
    let gone = || io::Error::other("a descriptor of LISTEN_FDS has been used already");
    let socket = match handed.take_unix_listener(at) {
        Ok(socket) => ListenSocket::Unix(socket.ok_or_else(gone)?),
        Err(_) => ListenSocket::Tcp(handed.take_tcp_listener(at)?.ok_or_else(gone)?),
    };
    listening(socket)
}

/// The socket behind the descriptor `number` of this process.
pub(super) fn descriptor(number: i32) -> io::Result<ListenSocket> {
    let copy = duplicate(number)?;
    let domain = SockRef::from(&copy).local_addr()?.domain();
    listening(match domain {
        Domain::UNIX => ListenSocket::Unix(UnixListener::from(copy)),
        Domain::IPV4 | Domain::IPV6 => ListenSocket::Tcp(TcpListener::from(copy)),
        _ => return Err(io::Error::other("the socket is neither TCP nor Unix")),
    })
}

/// A copy of a descriptor that is known by its number alone. Rust takes such a number with `unsafe` only, which our crates may not use;
/// the kernel makes the copy safely.
#[cfg(target_os = "linux")]
fn duplicate(number: i32) -> io::Result<OwnedFd> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    let own = pidfd_open(getpid(), PidfdFlags::empty())?;
    Ok(pidfd_getfd(own, number, PidfdGetfdFlags::empty())?)
}

#[cfg(not(target_os = "linux"))]
fn duplicate(_: i32) -> io::Result<OwnedFd> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "--fd needs Linux; LISTEN_FDS works on every Unix"))
}

/// Refuses a socket that does not listen, such as a connection that inetd has accepted.
fn listening(socket: ListenSocket) -> io::Result<ListenSocket> {
    let socket_ref = match &socket {
        ListenSocket::Tcp(listener) => SockRef::from(listener),
        ListenSocket::Unix(listener) => SockRef::from(listener),
    };
    if !socket_ref.is_listener()? {
        return Err(io::Error::other("the socket does not listen (systemd: Accept=no)"));
    }
    socket_ref.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::{fs::File, net::TcpStream, os::fd::AsRawFd as _};

    use super::*;

    #[test]
    fn a_listening_descriptor_is_served_beside_its_first_owner() {
        let owner = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = descriptor(owner.as_raw_fd()).unwrap();
        assert_eq!(socket.tcp().unwrap().local_addr().unwrap(), owner.local_addr().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let owner = UnixListener::bind(folder.path().join("a.sock")).unwrap();
        assert!(matches!(descriptor(owner.as_raw_fd()).unwrap(), ListenSocket::Unix(_)));
    }

    #[test]
    fn a_descriptor_that_does_not_listen_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let connection = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let file = File::open("/dev/null").unwrap();
        for number in [connection.as_raw_fd(), file.as_raw_fd(), 9999] {
            assert!(descriptor(number).is_err(), "{number}");
        }
    }
}
