//! A client that sends without an end.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};

/// Longer than any server of ours allows a client to continue.
const PATIENCE: Duration = Duration::from_secs(60);
/// The size of one write in bytes.
const PIECE: usize = 64 << 10;

/// The result of a flood.
#[derive(Debug)]
pub struct Flooded {
    /// The bytes that the client could send until the server closed the connection.
    pub sent: usize,
    /// The server's answer. Empty if the connection closed before it.
    pub said: String,
}

/// Sends `opening` to this machine's `port`, then `repeated` without a pause, until the server closes the connection or `most` bytes are
/// sent. Blocks its thread.
///
/// # Panics
/// If the server is not reachable, or keeps the connection open for a minute.
pub fn flood(port: u16, opening: &str, repeated: &str, most: usize) -> Flooded {
    let mut tcp = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    tcp.set_read_timeout(Some(PATIENCE)).expect("a duration that is not 0");
    tcp.set_write_timeout(Some(PATIENCE)).expect("a duration that is not 0");
    tcp.write_all(opening.as_bytes()).expect("a server reads the head of a request");
    let mut reading = tcp.try_clone().expect("a descriptor is free");
    let reader = thread::spawn(move || {
        let mut said = Vec::new();
        let end = reading.read_to_end(&mut said);
        let lives_on = end.is_err_and(|fault| fault.kind() == std::io::ErrorKind::WouldBlock);
        (!lives_on).then(|| String::from_utf8_lossy(&said).into_owned())
    });
    let pieces = repeated.repeat(PIECE.div_ceil(repeated.len()));
    let mut sent = 0;
    while sent < most
        && let Ok(bytes) = tcp.write(pieces.get(sent % pieces.len()..).unwrap_or_default().as_bytes())
    {
        sent += bytes;
    }
    let _ended_already = tcp.shutdown(Shutdown::Both);
    let said = reader.join().expect("a thread that only reads");
    Flooded { sent, said: said.expect("the server ends the connection") }
}

/// Endless request bodies with `Transfer-Encoding: chunked`: the start of each body, and the part that is repeated.
pub const ENDLESS_BODIES: [(&str, &str); 4] =
    [("", "1\r\nx\r\n"), ("", "1;extension\r\nx\r\n"), ("1;", "extension"), ("0\r\ntrailer: ", "x")];
