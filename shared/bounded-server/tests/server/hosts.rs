//! The check of a request's host.

use std::{io::Write as _, net::TcpStream, thread};

use actix_web::{App, HttpResponse, middleware::from_fn, web};
use catamaran_boot::{Listen, Program, Role, Settings};
use catamaran_bounded_server::{BoundedServer, check_host};

fn answer(addr: std::net::SocketAddr, target: &str, host: &str) -> String {
    let mut tcp = TcpStream::connect(addr).unwrap();
    write!(tcp, "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    std::io::read_to_string(tcp).unwrap()
}

#[test]
fn refuses_a_host_that_is_not_allowed_except_to_health_checks() {
    let listener = Listen::Tcp { host: "127.0.0.1".to_owned(), port: 0 }.bind().unwrap();
    let addr = listener.local_addr().unwrap().unwrap();
    let settings = web::Data::new(Settings::new(Program::new("pages", "1", Role::Pages)));
    thread::spawn(move || {
        let application = move || {
            let page = web::to(|| async { HttpResponse::Ok().body("page") });
            App::new().app_data(settings.clone()).wrap(from_fn(check_host)).default_service(page)
        };
        actix_web::rt::System::new().block_on(BoundedServer::new(application).run(listener)).unwrap();
    });
    for (target, host) in [("/", "localhost"), ("/healthz", "evil.example"), ("http://localhost/", "evil.example")] {
        assert!(answer(addr, target, host).starts_with("HTTP/1.1 200 "), "{target} {host}");
    }
    for (target, host) in [("/", "evil.example"), ("http://evil.example/", "localhost"), ("/healthz/", "evil.example")] {
        let answer = answer(addr, target, host);
        assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains(r#""code":"bad_host""#), "{target} {host}: {answer}");
        assert!(answer.contains("application/problem+json") && answer.contains("ALLOWED_HOSTS"), "{answer}");
    }
}
