//! Many connections without a request.

use crate::{
    client::{Client, request},
    server::Setup,
};

#[test]
fn connections_without_a_request_do_not_block_other_clients() {
    let setup = Setup { connections: 64, ..Setup::default() };
    setup.run(|served| {
        let get = request("GET /", "");
        let starts = [
            String::new(),
            "GET / HTTP/1.1\r\nhost: loc".to_owned(),
            get.clone(),
            get.clone() + "GET / HTTP/1.1\r\nhost: loc",
            request("GET /", "transfer-encoding: chunked\r\n") + "1\r\nx\r\n",
        ];
        let mut held = Vec::new();
        for start in starts {
            for _ in 0..100 {
                let mut client = Client::new(served.addr);
                client.send(&start);
                held.push(client);
            }
            let mut client = Client::new(served.addr);
            client.send(&get);
            assert_eq!(client.read_answer().1, b"hello", "after {start}");
        }
    });
}

#[test]
fn an_upgraded_connection_makes_no_room() {
    let setup = Setup { connections: 64, ..Setup::default() };
    setup.run(|served| {
        let mut socket = Client::upgraded(served.addr, "/echo");
        let _held: Vec<_> = (0..300).map(|_| Client::new(served.addr)).collect();
        socket.send("still here");
        let mut said = [0; 10];
        std::io::Read::read_exact(&mut socket.tcp, &mut said).unwrap();
        assert_eq!(&said, b"still here");
    });
}
