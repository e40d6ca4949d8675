//! Upgraded connections: no bound of a request holds for them.

use std::{
    io::{Read as _, Write as _},
    thread,
    time::Duration,
};

use crate::{
    client::{Client, pass_head_deadlines},
    server::Setup,
};

fn short(bounds: &mut catamaran_bounded_server::Bounds) {
    bounds.head = Duration::from_millis(200);
    bounds.keep_alive = Some(Duration::from_millis(200));
    bounds.write_stall = Duration::from_millis(200);
    bounds.request_bytes = 64 << 10;
}

fn read(client: &mut Client, bytes: usize) -> Vec<u8> {
    let mut said = vec![0; bytes];
    client.tcp.read_exact(&mut said).unwrap();
    said
}

#[test]
fn an_idle_socket_outlives_all_deadlines() {
    Setup::with(short).run(|served| {
        let mut socket = Client::upgraded(served.addr, "/echo");
        pass_head_deadlines(served.addr, 2);
        socket.send("hello");
        assert_eq!(read(&mut socket, 5), b"hello");
        pass_head_deadlines(served.addr, 2);
        socket.send("hello");
        assert_eq!(read(&mut socket, 5), b"hello");
    });
}

#[test]
fn a_socket_may_send_more_than_a_request() {
    Setup::with(short).run(|served| {
        let mut socket = Client::upgraded(served.addr, "/echo");
        let mut writing = socket.tcp.try_clone().unwrap();
        let length = 2 << 20;
        let writer = thread::spawn(move || writing.write_all(&vec![b'x'; length]).unwrap());
        assert_eq!(read(&mut socket, length).len(), length);
        writer.join().unwrap();
    });
}

#[test]
fn a_socket_whose_client_reads_later_is_not_cut() {
    Setup::with(short).run(|served| {
        let mut socket = Client::upgraded(served.addr, "/echo");
        let length = socket.flood("x", 64 << 20, Duration::from_secs(1));
        pass_head_deadlines(served.addr, 2);
        assert_eq!(read(&mut socket, length).len(), length);
    });
}

#[test]
fn a_socket_that_has_ended_ends_its_connection_at_once() {
    Setup::with(|bounds| bounds.linger = Duration::from_secs(3600)).run(|served| {
        let mut socket = Client::upgraded(served.addr, "/farewell");
        assert!(!socket.read_to_end().is_empty());
    });
}
