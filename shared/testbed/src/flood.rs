//! A client that sends without an end.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};

/// Longer than any server of ours lets a client go on.
const PATIENCE: Duration = Duration::from_secs(60);
/// So much is written at once.
const PIECE: usize = 64 << 10;

/// What a server made of a flood.
#[derive(Debug)]
pub struct Flooded {
    /// Bytes that the client could send until the server ended the connection.
    pub sent: usize,
    /// What the server said. Empty where the end of the connection came before it.
    pub said: String,
}

/// Sends `opening` to this machine's `port`, then `repeated` again and again as fast as it goes, until the server ends the connection or
/// `most` bytes are sent. Blocks its thread.
///
/// # Panics
/// Where the server cannot be reached, or leaves the connection as it is for a minute.
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

/// The bodies without an end that a request with `Transfer-Encoding: chunked` can have: how each begins, and what follows again and again.
pub const ENDLESS_BODIES: [(&str, &str); 4] =
    [("", "1\r\nx\r\n"), ("", "1;extension\r\nx\r\n"), ("1;", "extension"), ("0\r\ntrailer: ", "x")];
