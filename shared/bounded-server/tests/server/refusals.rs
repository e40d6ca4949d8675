//! Requests whose head cannot be read.

use std::{io::Write as _, time::Duration};

use crate::{
    client::{Client, request},
    server::Setup,
};

#[test]
fn a_head_that_cannot_be_read_is_answered_with_problem_details() {
    Setup::with(|bounds| bounds.head = Duration::from_secs(1)).run(|served| {
        let post = |headers: &str| request("POST /", headers);
        for (head, status, code) in [
            (request("GET /", "host: other\r\n"), "400 Bad Request", "bad_request"),
            (post("content-length: 1\r\ntransfer-encoding: chunked\r\n"), "400 Bad Request", "bad_request"),
            (post("transfer-encoding: gzip\r\n"), "400 Bad Request", "bad_request"),
            (post("transfer-encoding: chunked, chunked\r\n"), "400 Bad Request", "bad_request"),
            (post("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n"), "400 Bad Request", "bad_request"),
            (post("content-length: 1\r\ncontent-length: 1\r\n"), "400 Bad Request", "bad_request"),
            (post("content-length: +1\r\n"), "400 Bad Request", "bad_request"),
            ("GET / HTTP/1.1\r\n\r\n".to_owned(), "400 Bad Request", "bad_request"),
            ("\u{16}\u{3}\u{1}\r\n\r\n".to_owned(), "400 Bad Request", "bad_request"),
            (
                "GET / HTTP/1.1\r\nhost: localhost\r\nx: ".to_owned() + &"x".repeat(200_000),
                "431 Request Header Fields Too Large",
                "head_too_large",
            ),
            ("GET / HT".to_owned(), "408 Request Timeout", "head_timeout"),
            (request("GET /", "") + "GARBAGE\r\n\r\n", "400 Bad Request", ""),
        ] {
            let mut client = Client::new(served.addr);
            // The server may end the connection before it has read all of a head that is too large.
            let _ended = client.tcp.write_all(head.as_bytes());
            let said = client.read_to_end();
            assert!(said.contains(&format!("HTTP/1.1 {status}\r\n")), "{status}: {said}");
            assert_eq!(said.contains("content-type: application/problem+json\r\n"), !code.is_empty(), "{said}");
            assert!(code.is_empty() || said.contains(&format!("\"code\":\"{code}\"")), "{said}");
        }
    });
}

#[test]
fn names_the_bound_that_a_large_head_passes() {
    Setup::with(|_| {}).run(|served| {
        let start = "GET / HTTP/1.1\r\nhost: localhost\r\n";
        let (many_lines, large) = ("x: y\r\n".repeat(97), format!("x: {}\r\n", "y".repeat(200_000)));
        let long_lines = format!("x: {}\r\n", "y".repeat(1_000)).repeat(97);
        for (headers, named, other) in
            [(many_lines, "96 header lines", "KiB"), (long_lines, "96 header lines", "KiB"), (large, "128 KiB", "lines")]
        {
            for before in ["", "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"] {
                let mut client = Client::new(served.addr);
                client.send(before);
                if !before.is_empty() {
                    client.read_head();
                }
                // The server may end the connection before it has read all of a head that is too large.
                let _ended = client.tcp.write_all(format!("{start}{headers}\r\n").as_bytes());
                let said = client.read_to_end();
                assert!(said.contains("HTTP/1.1 431 ") && said.contains(named) && !said.contains(other), "{said}");
            }
        }
    });
}
