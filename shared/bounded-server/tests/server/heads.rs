//! The heads of a connection's requests: their deadlines.

use std::{thread, time::Duration};

use crate::{
    client::{Client, request},
    server::Setup,
};

#[test]
fn every_head_of_a_connection_has_a_deadline() {
    Setup::with(|bounds| bounds.head = Duration::from_secs(1)).run(|served| {
        let get = request("GET /", "");
        let partial = "GET / HTTP/1.1\r\nhost: localhost\r\n";
        let starts =
            [(String::new(), 0), (partial.to_owned(), 0), (get.clone(), 1), (get.repeat(3), 3), (get.clone() + partial, 1)];
        thread::scope(|scope| {
            for (start, answers) in starts {
                scope.spawn(move || {
                    let mut client = Client::new(served.addr);
                    client.send(&start);
                    let said = client.drip("x");
                    assert_eq!(said.matches("HTTP/1.1 200 ").count(), answers, "{said}");
                    assert_eq!(said.contains("HTTP/1.1 408 "), answers == 0, "{said}");
                });
            }
        });
    });
}

#[test]
fn a_silent_connection_ends_between_requests_and_within_a_head() {
    Setup::with(|bounds| bounds.keep_alive = Some(Duration::from_millis(300))).run(|served| {
        let get = request("GET /", "");
        for start in [get.clone(), get.clone() + "GET / HTTP/1.1\r\nhost: loc"] {
            let mut client = Client::new(served.addr);
            client.send(&start);
            client.read_to_end();
        }
    });
}

#[test]
fn a_connection_without_keep_alive_serves_one_request() {
    Setup::with(|bounds| bounds.keep_alive = None).run(|served| {
        let mut client = Client::new(served.addr);
        client.send(&(request("GET /", "connection: keep-alive\r\n") + "GET / HTTP/1.1\r\nhost: loc"));
        let said = client.read_to_end();
        assert_eq!(said.matches("HTTP/1.1 200 ").count(), 1, "{said}");
    });
}
