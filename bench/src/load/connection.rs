//! One subscriber.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

use mio::net::TcpStream;
use socket2::{Domain, Socket, Type};

use super::{
    frames::{self, Opcode},
    message::{Clock, Stamp},
    subscribers::Subscriber,
};

/// Connections from one source address. With most ports taken, the system searches long for the next free one.
const PER_ADDRESS: usize = 4_000;
/// A receive buffer for a few messages.
const SMALL: usize = 4096;
/// The example key of RFC 6455. A bare server may answer it with a constant.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// The protocol inside the WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Each frame is a message.
    Plain,
    /// Engine.IO packets with Socket.IO packets in them.
    SocketIo,
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    Connecting,
    Handshaking,
    /// Socket.IO alone: the WebSocket is open, its namespace is not.
    Joining,
    Open,
}

/// One subscriber.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) room: usize,
    pub(super) is_stalled: bool,
    pub(super) seen: u64,
    phase: Phase,
    dialect: Dialect,
    request: Vec<u8>,
    began: Duration,
    /// The received part of a head or a frame that is not whole yet.
    partial: Vec<u8>,
}

/// The result of reading.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// How long the handshake took, if it has just ended.
    pub(super) opened: Option<Duration>,
}

impl Connection {
    /// Begins to connect. `index` chooses the source address.
    pub(super) fn start(target: &Target, index: usize, subscriber: &Subscriber, now: Duration) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        // Thousands of closed connections a second would use up the ports in TIME_WAIT.
        socket.set_linger(Some(Duration::ZERO))?;
        if subscriber.is_stalled {
            // The server notices sooner that this client does not read.
            socket.set_recv_buffer_size(SMALL)?;
        }
        let source = Ipv4Addr::new(127, 0, 0, 2 + u8::try_from(index / PER_ADDRESS).unwrap_or(u8::MAX - 2));
        socket.bind(&SocketAddrV4::new(source, 0).into())?;
        match socket.connect(&SocketAddr::from(([127, 0, 0, 1], target.port)).into()) {
            Err(fault) if fault.raw_os_error() != Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => return Err(fault),
            _ => {}
        }
        Ok(Self {
            stream: TcpStream::from_std(socket.into()),
            room: subscriber.room,
            is_stalled: subscriber.is_stalled,
            seen: 0,
            phase: Phase::Connecting,
            dialect: target.dialect,
            request: socket_request(target.port, &target.headers, &subscriber.path),
            began: now,
            partial: Vec::new(),
        })
    }

    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Continues after a readiness event. Calls `arrived` for each message.
    pub(super) fn progress(
        &mut self,
        clock: Clock,
        buffer: &mut [u8],
        mut arrived: impl FnMut(&Stamp, &mut u64),
    ) -> io::Result<Progress> {
        let mut progress = Progress::default();
        if self.phase == Phase::Connecting {
            if let Some(fault) = self.stream.take_error()? {
                return Err(fault);
            }
            match self.stream.write(&self.request) {
                Ok(length) if length == self.request.len() => self.phase = Phase::Handshaking,
                Ok(_) => return Err(io::Error::other("a new connection took a part of a small request")),
                Err(fault) if matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => return Ok(progress),
                Err(fault) => return Err(fault),
            }
        }
        loop {
            let length = match self.stream.read(buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(length) => length,
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => return Ok(progress),
                Err(fault) if fault.kind() == ErrorKind::Interrupted => continue,
                Err(fault) => return Err(fault),
            };
            if self.partial.is_empty() {
                let left = self.take(&buffer[..length], clock, &mut arrived, &mut progress)?;
                self.partial.extend_from_slice(left);
            } else {
                let mut bytes = std::mem::take(&mut self.partial);
                bytes.extend_from_slice(&buffer[..length]);
                let left = self.take(&bytes, clock, &mut arrived, &mut progress)?.len();
                bytes.drain(..bytes.len() - left);
                self.partial = bytes;
            }
            if length < buffer.len() {
                return Ok(progress); // the socket is empty: the next bytes are another event
            }
        }
    }

    /// Reads the whole frames of `bytes`. Returns the rest.
    fn take<'a>(
        &mut self,
        mut bytes: &'a [u8],
        clock: Clock,
        arrived: &mut impl FnMut(&Stamp, &mut u64),
        progress: &mut Progress,
    ) -> io::Result<&'a [u8]> {
        if self.phase == Phase::Handshaking {
            let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(bytes) };
            if !bytes.starts_with(b"HTTP/1.1 101") {
                let head = String::from_utf8_lossy(&bytes[..end]);
                return Err(io::Error::other(format!("the handshake was answered with: {head}")));
            }
            bytes = &bytes[end + 4..];
            self.request = Vec::new();
            if self.dialect == Dialect::Plain {
                self.open(clock, progress);
            } else {
                self.phase = Phase::Joining;
            }
        }
        while let Some((opcode, payload, rest)) = frames::next(bytes) {
            match opcode {
                Opcode::Data => self.data(payload, clock, arrived, progress)?,
                Opcode::Ping => self.send(&frames::pong(payload))?,
                Opcode::Pong => {}
                Opcode::Close => {
                    let reason = String::from_utf8_lossy(payload.get(2..).unwrap_or_default());
                    return Err(io::Error::other(format!("the server closed the socket: {reason}")));
                }
            }
            bytes = rest;
        }
        Ok(bytes)
    }

    fn data(
        &mut self,
        payload: &[u8],
        clock: Clock,
        arrived: &mut impl FnMut(&Stamp, &mut u64),
        progress: &mut Progress,
    ) -> io::Result<()> {
        if let Some(stamp) = Stamp::find(payload) {
            arrived(&stamp, &mut self.seen);
        } else if self.dialect == Dialect::SocketIo {
            match payload {
                [b'0', b'{', ..] => self.send(&frames::text("40"))?,
                [b'4', b'0', ..] => self.open(clock, progress),
                b"2" => self.send(&frames::text("3"))?,
                _ => {}
            }
        }
        Ok(())
    }

    fn open(&mut self, clock: Clock, progress: &mut Progress) {
        self.phase = Phase::Open;
        progress.opened = Some(clock.now().saturating_sub(self.began));
    }

    /// Sends a short frame, for which the socket's buffer has room.
    fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        self.stream.write_all(frame)
    }
}

/// The server to connect to.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) port: u16,
    pub(super) dialect: Dialect,
    pub(super) headers: String,
}

/// The head of a handshake. `headers` are additional lines, each with its end of line.
pub fn socket_request(port: u16, headers: &str, path: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{headers}\r\n"
    )
    .into_bytes()
}
