//! The end of the server loses no request.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener, TcpStream},
    os::fd::AsRawFd as _,
    thread,
    time::{Duration, Instant},
};

use catamaran_boot::Listen;

use crate::{
    client::{Client, DRIP, PATIENCE, request},
    server::Setup,
};

/// An idle connection ends 2 s after the stop. A client that has used its connection within this time can rely on it.
const RELIABLE: Duration = Duration::from_secs(1);

fn get() -> String {
    request("GET /", "")
}

fn kept(addr: SocketAddr) -> Client {
    let mut client = Client::new(addr);
    client.send(&get());
    let (head, _) = client.read_answer();
    assert!(!head.contains("connection: close"), "{head}");
    client
}

fn wait_until_closed(addr: SocketAddr) {
    let since = Instant::now();
    while TcpStream::connect(addr).is_ok() {
        assert!(since.elapsed() < PATIENCE, "the server still listens");
        thread::sleep(DRIP);
    }
}

#[test]
fn listens_and_answers_for_the_delay_and_ends_connections_with_their_answers() {
    let (served, _server) = Setup::default().start(Duration::from_secs(3600));
    let mut kept = kept(served.addr);
    served.stop();
    let since = Instant::now();
    let head = loop {
        assert!(since.elapsed() < PATIENCE, "no answer ends its connection");
        let mut fresh = Client::new(served.addr);
        fresh.send(&get());
        let (head, body) = fresh.read_answer();
        assert_eq!(body, b"hello");
        if head.contains("connection: close\r\n") {
            assert_eq!(fresh.read_to_end(), "");
            break head;
        }
    };
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    kept.send(&get());
    let (head, body) = kept.read_answer();
    assert!(head.contains("connection: close\r\n"), "{head}");
    assert_eq!((body.as_slice(), kept.read_to_end().as_str()), (b"hello".as_slice(), ""));
}

#[test]
fn a_connection_without_a_request_ends_in_good_order() {
    let (served, server) = Setup::default().start(Duration::ZERO);
    let (mut kept, mut fresh) = (kept(served.addr), Client::new(served.addr));
    served.stop();
    assert_eq!((kept.read_to_end(), fresh.read_to_end()), (String::new(), String::new()));
    server.join().unwrap();
}

#[test]
fn a_request_whose_head_has_begun_is_answered() {
    let (served, server) = Setup::default().start(Duration::ZERO);
    let (mut kept, mut fresh) = (kept(served.addr), Client::new(served.addr));
    let whole = get();
    let (start, rest) = whole.split_at(10);
    for client in [&mut kept, &mut fresh] {
        client.send(start);
    }
    served.stop();
    wait_until_closed(served.addr);
    for mut client in [kept, fresh] {
        client.send(rest);
        let said = client.read_to_end();
        assert!(said.starts_with("HTTP/1.1 200 ") && said.contains("connection: close\r\n"), "{said}");
    }
    server.join().unwrap();
}

#[test]
fn a_running_request_gets_its_whole_time() {
    let (served, server) = Setup::default().start(Duration::ZERO);
    let mut client = Client::new(served.addr);
    client.send(&request("POST /length", "content-length: 5\r\nexpect: 100-continue\r\n"));
    assert!(client.read_head().starts_with("HTTP/1.1 100 "));
    served.stop();
    wait_until_closed(served.addr);
    client.send("hello");
    assert!(client.read_to_end().ends_with("\r\n\r\n5"));
    server.join().unwrap();
}

/// Sends one request after another, on one connection for as long as the server keeps it, until the server refuses connections.
/// Returns the number of answers, each of which must come.
fn ask_until_closed(addr: SocketAddr) -> usize {
    let mut answers = 0;
    while let Some(mut client) = connect(addr) {
        let mut last = Instant::now();
        while last.elapsed() < RELIABLE {
            client.send(&request("GET /nothing", ""));
            let (head, _) = client.read_answer();
            assert!(head.starts_with("HTTP/1.1 204 "), "{head}");
            answers += 1;
            last = Instant::now();
            if head.contains("connection: close\r\n") {
                break;
            }
        }
    }
    answers
}

fn connect(addr: SocketAddr) -> Option<Client> {
    match TcpStream::connect(addr) {
        Ok(tcp) => {
            tcp.set_read_timeout(Some(PATIENCE)).unwrap();
            Some(Client { tcp })
        }
        Err(fault) => {
            assert_eq!(fault.kind(), ErrorKind::ConnectionRefused);
            None
        }
    }
}

/// The server used to close a busy connection although its client had sent the next request.
#[test]
fn answers_every_request_of_busy_clients() {
    let (served, server) = Setup::default().start(Duration::ZERO);
    let addr = served.addr;
    let clients: Vec<_> = (0..20).map(|_| thread::spawn(move || ask_until_closed(addr))).collect();
    while served.begun() < 200 {
        thread::sleep(DRIP);
    }
    served.stop();
    assert!(clients.into_iter().map(|client| client.join().unwrap()).sum::<usize>() >= 200);
    server.join().unwrap();
}

/// The server has no way to close such a listener for itself alone, so it stops to accept.
#[test]
fn leaves_an_inherited_listener_to_the_processes_that_share_it() {
    let shared = TcpListener::bind("127.0.0.1:0").unwrap();
    let (served, server) = Setup::default().start_on(&Listen::Descriptor(shared.as_raw_fd()), Duration::from_secs(3600));
    let mut early = Client::new(served.addr);
    // The server accepts connections in their order, so it has accepted the other one.
    let _kept = kept(served.addr);
    thread::scope(|scope| {
        let handed_over = scope.spawn(|| served.hand_over());
        early.send(&get());
        assert!(early.read_answer().0.starts_with("HTTP/1.1 200 "));
        handed_over.join().unwrap();
    });
    let late = Client::new(served.addr).tcp.local_addr().unwrap();
    // The server has set it to non-blocking for all who share it.
    shared.set_nonblocking(false).unwrap();
    assert_eq!(shared.accept().unwrap().1, late);
    served.stop();
    server.join().unwrap();
}
