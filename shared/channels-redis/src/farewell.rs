//! What a server says before it hangs up on who has only just connected.
//!
//! A server with no connection left, or one that only talks to its own machine, writes an error and closes before it has read anything. By
//! then the client library has written its greeting, and what it reports is a broken pipe.

use std::time::Duration;

use redis::{Client, ConnectionAddr, RedisError};
use tokio::{net::TcpStream, time::timeout};

use crate::words::of_server;

/// Longer than any such error, which comes in one piece.
const LONGEST: usize = 512;

/// Why the server hangs up, if it says so to who connects and says nothing. Over TLS and Unix sockets nobody asks.
pub(crate) async fn farewell(client: &Client, fault: &RedisError, patience: Duration) -> Option<String> {
    let ConnectionAddr::Tcp(host, port) = client.get_connection_info().addr() else { return None };
    if !fault.is_connection_dropped() || fault.is_connection_refusal() {
        return None;
    }
    let listening = async {
        let server = TcpStream::connect((host.as_str(), *port)).await.ok()?;
        server.readable().await.ok()?;
        let mut said = [0; LONGEST];
        let read = server.try_read(&mut said).ok()?;
        said_of(&said[..read])
    };
    timeout(patience, listening).await.ok().flatten()
}

fn said_of(bytes: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(bytes).ok()?.strip_prefix('-')?.lines().next()?;
    let line: String = line.chars().filter(|char| !char.is_control()).collect();
    Some(of_server(&line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_count() {
        let said = said_of(b"-ERR max number of clients reached\r\n").unwrap();
        assert!(said.contains("ERR max number of clients reached"), "{said}");
        for other in [b"" as &[u8], b"+OK\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"-\xff\r\n"] {
            assert_eq!(said_of(other), None);
        }
    }
}
