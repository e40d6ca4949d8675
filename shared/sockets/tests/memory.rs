//! Memory does not grow, whatever a client sends: raw connections attack the example's chat in a process of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};

use testbed::{Program, free_port};

const MIB: usize = 1 << 20;
/// Longer than the server waits for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes that are sent to one socket, unless the server ends it first.
const SENT: usize = 64 * MIB;
/// The memory by which the process may grow meanwhile.
const GROWTH_KIB: usize = 20 * 1024;

/// 16 GiB, and a mask of zeros.
const GIB_16: [u8; 12] = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0];

async fn chat() -> (Program, u16) {
    let port = free_port();
    let given = port.to_string();
    let flags = ["--alone", "--bind", "127.0.0.1", "--port", &given];
    let program = Program::start("examples/chat", &[("CHANNEL_LAYER", "memory")], &flags);
    program.listens(port).await;
    (program, port)
}

fn open(port: u16, path: &str) -> TcpStream {
    let mut tcp = TcpStream::connect(("127.0.0.1", port)).unwrap();
    tcp.set_read_timeout(Some(PATIENCE)).unwrap();
    tcp.set_write_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    tcp.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        tcp.read_exact(&mut byte).unwrap();
        answer.extend(byte);
    }
    assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer));
    tcp
}

/// Writes `opening`, then `repeated` until `total` bytes are sent or the server has ended the connection. Returns the highest memory seen,
/// and all received bytes.
fn attack(program: &Program, tcp: TcpStream, opening: &[u8], repeated: &[u8], total: usize) -> (usize, Vec<u8>) {
    let mut reading = tcp.try_clone().unwrap();
    let reader = thread::spawn(move || {
        let mut seen = Vec::new();
        let _reset = reading.read_to_end(&mut seen);
        seen
    });
    let mut writing = tcp;
    let piece = repeated.repeat((256 << 10) / repeated.len());
    let (mut highest, mut sent) = (0, 0);
    let mut is_open = writing.write_all(opening).is_ok();
    while is_open && sent < total {
        is_open = writing.write_all(&piece).is_ok();
        sent += piece.len();
        highest = highest.max(program.resident_kib());
    }
    let _ended = writing.shutdown(Shutdown::Write);
    let seen = reader.join().unwrap();
    (highest.max(program.resident_kib()), seen)
}

/// The code of the last close frame in these bytes.
fn close_code(seen: &[u8]) -> Option<u16> {
    let at = seen.windows(2).rposition(|two| two[0] == 0x88 && two[1] >= 2)?;
    Some(u16::from_be_bytes([*seen.get(at + 2)?, *seen.get(at + 3)?]))
}

#[tokio::test]
async fn memory_stays_flat_whatever_a_client_announces() {
    let (program, port) = chat().await;
    let before = program.resident_kib();
    for (path, is_refused) in [("/ws/chat/lobby/", false), ("/ws/chat/no%20group/", true)] {
        for (first, code) in [(0x81, 1009), (0x82, 1009), (0x01, 1009), (0x02, 1009), (0x89, 1002), (0x8A, 1002), (0x88, 1002)] {
            let opening = [&[first, 0xFF][..], &GIB_16].concat();
            let (highest, seen) = attack(&program, open(port, path), &opening, b"stuffing", SENT);
            assert!(highest < before + GROWTH_KIB, "{path}, {first:x}: {highest} KiB, from {before}");
            assert_eq!(close_code(&seen), Some(if is_refused { 4404 } else { code }), "{path}, {first:x}");
        }
        let opening = [&[0x01, 0x81, 0, 0, 0, 0, b'a', 0x80, 0xFF][..], &GIB_16].concat();
        let (highest, _) = attack(&program, open(port, path), &opening, b"stuffing", SENT);
        assert!(highest < before + GROWTH_KIB, "{path}, continuation: {highest} KiB, from {before}");
    }
}

#[tokio::test]
async fn memory_stays_flat_under_a_flood_of_fragments() {
    let (program, port) = chat().await;
    let before = program.resident_kib();
    let first = [0x01, 0x81, 0, 0, 0, 0, b'a'];
    for (repeated, what) in [(&[0x00, 0x81, 0, 0, 0, 0, b'a'][..], "one byte"), (&[0x00, 0x80, 0, 0, 0, 0], "no byte")] {
        let (highest, seen) = attack(&program, open(port, "/ws/chat/lobby/"), &first, repeated, SENT);
        assert!(highest < before + GROWTH_KIB, "{what}: {highest} KiB, from {before}");
        assert_eq!(close_code(&seen), Some(1008), "{what}");
    }
}
