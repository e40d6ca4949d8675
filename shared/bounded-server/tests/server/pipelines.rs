//! Pipelined requests: sent before the earlier answers are read.

use std::time::Duration;

use crate::{
    client::{Client, request},
    server::{PAGE, Setup},
};

/// More answers of `/page` than the kernel's buffers of both sides hold.
const PAGES_ON_THE_WAY: usize = 20;

#[test]
fn pipelined_requests_wait_for_a_client_that_reads_later() {
    Setup::default().run(|served| {
        let mut client = Client::new(served.addr);
        let requests = 300;
        client.send(&request("GET /page", "").repeat(requests));
        client.tcp.peek(&mut [0]).unwrap();
        assert!(served.begun() < PAGES_ON_THE_WAY, "{} requests have begun", served.begun());
        for _ in 0..requests {
            assert_eq!(client.read_answer().1.len(), PAGE);
        }
        assert_eq!(served.begun(), requests);
    });
}

#[test]
fn requests_without_a_body_in_their_answers_wait_too() {
    Setup::default().run(|served| {
        let mut client = Client::new(served.addr);
        let sent = client.flood(&request("GET /nothing", ""), 64 << 20, Duration::from_secs(2));
        assert!(sent < 32 << 20, "{sent} bytes are read of a client that reads nothing");
        // Answers of about 100 bytes: in 128 KiB of the kernel, in the client's buffer, and to 8 KiB of requests.
        assert!(served.begun() < 10_000, "{} requests have begun", served.begun());
    });
}

#[test]
fn requests_behind_a_body_are_answered_in_order() {
    Setup::default().run(|served| {
        let mut client = Client::new(served.addr);
        let post = request("POST /length", "content-length: 5\r\n") + "hello";
        let chunked = request("POST /length", "transfer-encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n";
        client.send(&(post + &request("GET /", "") + &chunked + &request("GET /page", "") + &request("GET /", "")));
        let bodies: Vec<_> = (0..5).map(|_| client.read_answer().1).collect();
        assert_eq!(bodies[..3], [b"5".to_vec(), b"hello".to_vec(), b"3".to_vec()]);
        assert_eq!((bodies[3].len(), bodies[4].as_slice()), (PAGE, &b"hello"[..]));
    });
}
