//! The bodies of requests: how much is read, and when the connection ends.

use std::{io::Write as _, thread, time::Duration};

use crate::{
    client::{Client, DRIP, PATIENCE, request},
    server::Setup,
};

const CHUNKED: &str = "transfer-encoding: chunked\r\n";
/// Far more than the bound of a request, and than the kernel takes for both sides.
const MUCH: usize = 64 << 20;

/// A first piece, and the piece that repeats, of a body without an end.
const ENDLESS: [(&str, &str); 4] =
    [("", "1\r\nx\r\n"), ("", "1;extension\r\nx\r\n"), ("1;", "extension"), ("0\r\ntrailer: ", "x")];

#[test]
fn a_body_without_an_end_ends_the_connection_after_its_answer() {
    Setup::default().run(|served| {
        for (path, status) in [("/", "200"), ("/missing", "404"), ("/nothing", "204"), ("/page", "200")] {
            for (start, piece) in ENDLESS {
                let mut client = Client::new(served.addr);
                client.send(&(request(&format!("GET {path}"), CHUNKED) + start));
                let mut reading = Client { tcp: client.tcp.try_clone().unwrap() };
                let reader = thread::spawn(move || reading.read_to_end());
                let sent = client.flood(piece, MUCH, PATIENCE);
                assert!(sent < MUCH / 2, "{path} {start}{piece}: {sent} bytes");
                let said = reader.join().unwrap();
                assert!(said.is_empty() || said.starts_with(&format!("HTTP/1.1 {status} ")), "{said}");
            }
        }
    });
}

#[test]
fn an_unread_body_ends_the_connection_and_the_answer_says_so() {
    Setup::default().run(|served| {
        for (start, piece) in ENDLESS {
            let mut client = Client::new(served.addr);
            client.send(&(request("POST /", CHUNKED) + start));
            let said = client.drip(piece);
            assert!(said.starts_with("HTTP/1.1 200 ") && said.contains("\r\nconnection: close\r\n"), "{start}{piece}: {said}");
        }
    });
}

#[test]
fn a_body_without_an_end_fails_while_it_is_read() {
    Setup::with(|bounds| bounds.request_bytes = 256 << 10).run(|served| {
        for (start, piece) in ENDLESS {
            let mut client = Client::new(served.addr);
            client.send(&(request("POST /length", CHUNKED) + start));
            let said = client.drip(&piece.repeat((16_usize << 10).div_ceil(piece.len())));
            assert!(said.starts_with("HTTP/1.1 400 ") && said.contains("\r\nconnection: close\r\n"), "{start}{piece}: {said}");
        }
    });
}

#[test]
fn an_upload_has_more_time_than_a_head() {
    Setup::with(|bounds| bounds.head = Duration::from_millis(200)).run(|served| {
        let pieces = 60;
        for (headers, piece, end) in [
            (format!("content-length: {}\r\n", pieces * 1000), "x".repeat(1000), ""),
            (CHUNKED.to_owned(), format!("3e8\r\n{}\r\n", "x".repeat(1000)), "0\r\n\r\n"),
        ] {
            let mut client = Client::new(served.addr);
            client.send(&request("POST /length", &headers));
            for _ in 0..pieces {
                client.send(&piece);
                thread::sleep(DRIP);
            }
            client.send(end);
            assert_eq!(client.read_answer().1, (pieces * 1000).to_string().as_bytes(), "{headers}");
            client.send(&request("GET /", ""));
            assert_eq!(client.read_answer().1, b"hello", "the connection is used again");
        }
    });
}

#[test]
fn a_body_that_no_handler_reads_is_not_asked_for() {
    Setup::default().run(|served| {
        for framing in ["content-length: 1000\r\n", CHUNKED] {
            let mut client = Client::new(served.addr);
            client.send(&request("POST /", &format!("{framing}expect: 100-continue\r\n")));
            let said = client.read_to_end();
            assert!(said.starts_with("HTTP/1.1 200 ") && said.contains("\r\nconnection: close\r\n"), "{framing}: {said}");
            assert!(said.ends_with("hello"), "{framing}: {said}");
        }
    });
}

#[test]
fn a_large_upload_at_once_is_read_whole() {
    Setup::default().run(|served| {
        let length = 1_000_000;
        for expects in ["", "expect: 100-continue\r\n"] {
            let mut client = Client::new(served.addr);
            client.send(&request("POST /length", &format!("content-length: {length}\r\n{expects}")));
            if !expects.is_empty() {
                assert!(client.read_head().starts_with("HTTP/1.1 100 "));
            }
            client.tcp.write_all(&vec![b'x'; length]).unwrap();
            assert_eq!(client.read_answer().1, length.to_string().as_bytes());
        }
    });
}
