//! Answers and the clients that do not read them.

use std::{io::Read as _, thread, time::Duration};

use crate::{
    client::{Client, request},
    server::{LARGE, Setup},
};

#[test]
fn a_client_that_takes_nothing_of_its_answer_is_cut() {
    Setup::with(|bounds| bounds.write_stall = Duration::from_millis(300)).run(|served| {
        let mut client = Client::new(served.addr);
        client.send(&request("GET /large", ""));
        client.wait_until_cut();
    });
}

/// It reads slowly, and its whole answer takes longer than a client may read nothing.
#[test]
fn a_slow_client_gets_its_answer() {
    Setup::with(|bounds| bounds.write_stall = Duration::from_secs(3)).run(|served| {
        let mut client = Client::new(served.addr);
        client.send(&request("GET /large", ""));
        client.read_head();
        let mut piece = vec![0; 64 << 10];
        for _ in 0..LARGE / piece.len() {
            client.tcp.read_exact(&mut piece).unwrap();
            thread::sleep(Duration::from_millis(40));
        }
        client.send(&request("GET /", ""));
        assert_eq!(client.read_answer().1, b"hello", "the connection is used again");
    });
}
