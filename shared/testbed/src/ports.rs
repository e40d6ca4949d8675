//! Ports that no other process takes while a test runs.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below Linux' range of source ports (32768 and up). No outgoing connection takes the port of a killed server, so it can restart there.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// One UDP socket for each port. No server here uses UDP, so other test processes see the socket as a reservation. The kernel releases it
/// when this process ends.
static RESERVED: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// Returns a TCP port without a listener, reserved for this test process until it ends.
///
/// # Panics
/// If every port of the range is taken.
pub fn free_port() -> u16 {
    let start = (std::process::id() % u32::from(COUNT)) as u16;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (start + step) % COUNT;
        if let Some(reservation) = reserve(port) {
            RESERVED.lock().expect("no thread panics while it holds the list").push(reservation);
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
