//! TCP sockets: every address of a name, and both families for all addresses.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs as _},
};

use rustix::io::Errno;
use socket2::{Domain, Protocol, Socket, Type};

use super::{BACKLOG, ListenSocket};
use crate::settings::EVERY_ADDRESS;

/// Opens a socket for each address of the host that this machine has.
pub(super) fn bind(host: &str, port: u16) -> io::Result<Vec<ListenSocket>> {
    if host == EVERY_ADDRESS {
        return Ok(vec![ListenSocket::Tcp(bind_every_address(port)?)]);
    }
    let mut sockets = Sockets { bound: Vec::new(), port, absent: None };
    for addr in (host, port).to_socket_addrs()? {
        sockets.add(addr.ip())?;
    }
    sockets.finish()
}

/// One socket for IPv6 and IPv4; for IPv4 alone where the machine has no IPv6.
fn bind_every_address(port: u16) -> io::Result<TcpListener> {
    match bind_addr((Ipv6Addr::UNSPECIFIED, port).into()) {
        Err(fault) if is_absent(&fault) => bind_addr((Ipv4Addr::UNSPECIFIED, port).into()),
        outcome => outcome,
    }
}

struct Sockets {
    bound: Vec<TcpListener>,
    /// The port of the first socket, if there is one: the system chooses it for port 0.
    port: u16,
    absent: Option<io::Error>,
}

impl Sockets {
    /// Skips an address that the machine does not have: `localhost` names `::1` on machines without IPv6 too.
    fn add(&mut self, ip: std::net::IpAddr) -> io::Result<()> {
        let known = self.bound.iter().any(|socket| socket.local_addr().is_ok_and(|addr| addr.ip() == ip));
        if known {
            return Ok(());
        }
        match bind_addr((ip, self.port).into()) {
            Ok(socket) => {
                self.port = socket.local_addr()?.port();
                self.bound.push(socket);
            }
            Err(fault) if is_absent(&fault) => self.absent = Some(fault),
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    fn finish(self) -> io::Result<Vec<ListenSocket>> {
        if self.bound.is_empty() {
            let nothing = || io::Error::new(io::ErrorKind::NotFound, "the host name has no address");
            return Err(self.absent.unwrap_or_else(nothing));
        }
        Ok(self.bound.into_iter().map(ListenSocket::Tcp).collect())
    }
}

/// Whether the machine lacks the address or its whole family.
fn is_absent(fault: &io::Error) -> bool {
    let family = fault.raw_os_error() == Some(Errno::AFNOSUPPORT.raw_os_error());
    family || fault.kind() == io::ErrorKind::AddrNotAvailable
}

fn bind_addr(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    // A restarted server takes its port at once, whatever connections of the old one still linger.
    socket.set_reuse_address(true)?;
    if addr.is_ipv6() {
        // The system's default (bindv6only) differs; IPv4 clients come as ::ffff:a.b.c.d, which `ClientInfo` reads as IPv4.
        socket.set_only_v6(!addr.ip().is_unspecified())?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    fn port(sockets: &[ListenSocket]) -> u16 {
        sockets[0].tcp().unwrap().local_addr().unwrap().port()
    }

    fn machine_has_ipv6() -> bool {
        TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
    }

    #[test]
    fn every_address_means_both_families() {
        let sockets = bind(EVERY_ADDRESS, 0).unwrap();
        let port = port(&sockets);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        assert_eq!(TcpStream::connect((Ipv6Addr::LOCALHOST, port)).is_ok(), machine_has_ipv6());
    }

    #[test]
    fn a_name_is_bound_on_all_of_its_addresses() {
        let sockets = bind("localhost", 0).unwrap();
        let port = port(&sockets);
        for addr in ("localhost", port).to_socket_addrs().unwrap() {
            let served = TcpStream::connect(addr).is_ok();
            assert!(served || (addr.is_ipv6() && !machine_has_ipv6()), "{addr}");
        }
    }

    #[test]
    fn an_ipv4_address_stays_ipv4() {
        let sockets = bind("0.0.0.0", 0).unwrap();
        assert!(TcpStream::connect((Ipv6Addr::LOCALHOST, port(&sockets))).is_err());
    }

    #[test]
    fn both_families_leave_no_room_for_a_second_server() {
        let port = port(&bind(EVERY_ADDRESS, 0).unwrap_or_default());
        let first = bind(EVERY_ADDRESS, port).unwrap();
        for host in ["0.0.0.0", "127.0.0.1", EVERY_ADDRESS] {
            assert_eq!(bind(host, port).unwrap_err().kind(), io::ErrorKind::AddrInUse, "{host}");
        }
        drop(first);
    }

    #[test]
    fn an_address_of_another_machine_is_refused() {
        for host in ["192.0.2.1", "2001:db8::1"] {
            assert!(is_absent(&bind(host, 0).unwrap_err()), "{host}");
        }
    }
}
