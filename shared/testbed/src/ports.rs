//! Ports that nobody else takes while a test runs.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which Linux picks source ports (32768 and up): an outgoing connection never sits on a port
/// that a server gave up for a moment, so a server can be killed and started again on its old one.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// One UDP socket for each port handed out. No server here uses UDP, so the socket is a reservation that other test
/// processes see and that the kernel gives back when this process ends.
static RESERVED: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// A TCP port on which nobody listens, reserved for this test process until it ends.
///
/// # Panics
/// Where every port of the range is taken.
pub fn free_port() -> u16 {
    let start = (std::process::id() % u32::from(COUNT)) as u16;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (start + step) % COUNT;
        if let Some(reservation) = reserve(port) {
            RESERVED.lock().expect("nobody panics while holding the list").push(reservation);
            return port;
        }
    }
    panic!("no free TCP port from {FIRST} to {}: end the programs that hold them", FIRST + COUNT);
}

fn reserve(port: u16) -> Option<UdpSocket> {
    let reservation = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).ok()?;
    Some(reservation)
}
