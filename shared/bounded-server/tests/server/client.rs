//! A client that sends and reads raw bytes.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use socket2::{Domain, Socket, Type};

/// The pace of a client that sends little by little.
pub(crate) const DRIP: Duration = Duration::from_millis(20);
/// Far longer than any connection here may live.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The receive buffer of a client that reads little.
const SMALL_BUFFER: usize = 8 << 10;

/// A request of `/path`, with more header lines.
pub(crate) fn request(line: &str, headers: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")
}

pub(crate) struct Client {
    pub(crate) tcp: TcpStream,
}

impl Client {
    /// A client with a small receive buffer in the kernel.
    pub(crate) fn new(addr: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(SMALL_BUFFER).unwrap();
        socket.connect(&addr.into()).unwrap();
        let tcp = TcpStream::from(socket);
        tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        tcp.set_write_timeout(Some(PATIENCE)).unwrap();
        tcp.set_nodelay(true).unwrap();
        Self { tcp }
    }

    /// A client of a socket, after its handshake.
    pub(crate) fn upgraded(addr: SocketAddr, path: &str) -> Self {
        let mut client = Self::new(addr);
        client.send(&request(&format!("GET {path}"), "connection: upgrade\r\nupgrade: websocket\r\n"));
        let head = client.read_head();
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        client
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.tcp.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn read_head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.tcp.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        String::from_utf8(head).unwrap()
    }

    /// An answer with a Content-Length.
    pub(crate) fn read_answer(&mut self) -> (String, Vec<u8>) {
        let head = self.read_head();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.tcp.read_exact(&mut body).unwrap();
        (head, body)
    }

    /// Reads until the server ends the connection.
    pub(crate) fn read_to_end(&mut self) -> String {
        let (mut said, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            match self.tcp.read(&mut buffer) {
                Ok(0) => break,
                Ok(bytes) => said.extend_from_slice(&buffer[..bytes]),
                // The server may not have read all that was sent.
                Err(fault) if fault.kind() == ErrorKind::ConnectionReset => break,
                Err(fault) => panic!("the connection lives on: {fault}; {}", String::from_utf8_lossy(&said)),
            }
        }
        String::from_utf8_lossy(&said).into_owned()
    }

    /// Sends `piece` repeatedly until the server ends the connection. Returns all received bytes.
    pub(crate) fn drip(mut self, piece: &str) -> String {
        let mut reading = Self { tcp: self.tcp.try_clone().unwrap() };
        let reader = thread::spawn(move || reading.read_to_end());
        while !reader.is_finished() && self.tcp.write_all(piece.as_bytes()).is_ok() {
            thread::sleep(DRIP);
        }
        let _ended_already = self.tcp.shutdown(Shutdown::Write);
        reader.join().unwrap()
    }

    /// Sends `piece` as fast as possible and reads nothing, until the server takes no more for `patience`, ends the connection, or `most`
    /// bytes are sent. Returns the number of sent bytes.
    pub(crate) fn flood(&mut self, piece: &str, most: usize, patience: Duration) -> usize {
        self.tcp.set_write_timeout(Some(patience)).unwrap();
        let pieces = piece.repeat((64_usize << 10).div_ceil(piece.len()));
        let mut sent = 0;
        while sent < most {
            match self.tcp.write(&pieces.as_bytes()[sent % pieces.len()..]) {
                Ok(bytes) => sent += bytes,
                Err(_) => break,
            }
        }
        sent
    }

    /// Waits until the server has cut the connection, and reads nothing meanwhile.
    pub(crate) fn wait_until_cut(&mut self) {
        let since = Instant::now();
        while self.tcp.write_all(b"x").is_ok() {
            assert!(since.elapsed() < PATIENCE, "the connection lives on");
            thread::sleep(DRIP);
        }
    }
}

/// Lets the server's deadline for a head pass, `times` times.
pub(crate) fn pass_head_deadlines(addr: SocketAddr, times: usize) {
    for _ in 0..times {
        let said = Client::new(addr).drip("");
        assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    }
}
