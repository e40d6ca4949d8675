//! Reads the reason with which a server rejects a new connection.
//!
//! A server without a free connection, or in protected mode, writes an error and closes before it has read anything. By then the client
//! library has written its greeting, so it reports only a broken pipe.

use std::time::Duration;

use redis::{Client, ConnectionAddr, RedisError};
use tokio::{net::TcpStream, time::timeout};

use crate::error_text::server_error_text;

/// Longer than any such error, which arrives in one piece.
const LONGEST: usize = 512;

/// Connects again without sending anything and returns the error that the server writes. Not for TLS and Unix sockets.
pub(crate) async fn reject_reason(client: &Client, fault: &RedisError, patience: Duration) -> Option<String> {
    let ConnectionAddr::Tcp(host, port) = client.get_connection_info().addr() else { return None };
    if !fault.is_connection_dropped() || fault.is_connection_refusal() {
        return None;
    }
    let listening = async {
        let server = TcpStream::connect((host.as_str(), *port)).await.ok()?;
        server.readable().await.ok()?;
        let mut reason = [0; LONGEST];
        let read = server.try_read(&mut reason).ok()?;
        reason_in(&reason[..read])
    };
    timeout(patience, listening).await.ok().flatten()
}

fn reason_in(bytes: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(bytes).ok()?.strip_prefix('-')?.lines().next()?;
    let line: String = line.chars().filter(|char| !char.is_control()).collect();
    Some(server_error_text(&line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_errors() {
        let reason = reason_in(b"-ERR max number of clients reached\r\n").unwrap();
        assert!(reason.contains("ERR max number of clients reached"), "{reason}");
        for other in [b"" as &[u8], b"+OK\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"-\xff\r\n"] {
            assert_eq!(reason_in(other), None);
        }
    }
}
