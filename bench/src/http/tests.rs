//! Tests the load against a real server.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, rt, web};

use super::*;

const NO_WARM_UP: Duration = Duration::ZERO;

/// A server that answers `/` after 5 ms, and the first request for `/stall` after 300 ms.
struct Slow {
    addr: SocketAddr,
    asked: Arc<AtomicU64>,
    handle: ServerHandle,
}

impl Slow {
    fn start() -> Self {
        let asked = Arc::new(AtomicU64::new(0));
        let count = web::Data::from(Arc::clone(&asked));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(count.clone())
                .route("/", web::get().to(|asked| answer(asked, [5, 5])))
                .route("/stall", web::get().to(|asked| answer(asked, [300, 0])))
                .route("/client", web::get().to(client))
        });
        let server = server.workers(1).bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        rt::spawn(server);
        Self { addr, asked, handle }
    }

    fn load(&self, path: &str) -> HttpLoad {
        HttpLoad { addr: self.addr, path: path.to_owned(), headers: vec![], clients: 0 }
    }
}

async fn answer(asked: web::Data<AtomicU64>, [first, later]: [u64; 2]) -> &'static str {
    let millis = if asked.fetch_add(1, SeqCst) == 0 { first } else { later };
    tokio::time::sleep(Duration::from_millis(millis)).await;
    "done"
}

/// Answers with success only to the second client behind the proxy.
async fn client(request: HttpRequest) -> HttpResponse {
    let second = request.headers().get("x-forwarded-for").is_some_and(|client| client == "198.18.0.1");
    if second { HttpResponse::Ok() } else { HttpResponse::Forbidden() }.finish()
}

#[actix_web::test]
async fn sends_the_next_request_once_answered() {
    let server = Slow::start();
    let figures = server.load("/").closed(4, NO_WARM_UP, Duration::from_millis(200)).await.unwrap();
    assert_eq!((figures.requests, figures.errors), (server.asked.load(SeqCst), 0));
    assert!((4..=4 * 40).contains(&figures.requests), "{figures:?}");
    assert!(figures.p50 >= 5000 && figures.max >= figures.p99, "{figures:?}");
    server.handle.stop(false).await;
}

#[actix_web::test]
async fn counts_a_stall_for_all_requests_due_meanwhile() {
    let server = Slow::start();
    let figures = server.load("/stall").open(100.0, 1, NO_WARM_UP, Duration::from_millis(500)).await.unwrap();
    assert_eq!((figures.requests, server.asked.load(SeqCst)), (50, 50), "none is left out");
    assert!(figures.max >= 300_000, "{figures:?}");
    assert!(figures.p50 >= 50_000, "half of them were due while the connection was taken: {figures:?}");
    server.handle.stop(false).await;
}

#[actix_web::test]
async fn counts_refused_requests_as_errors_with_their_status() {
    let server = Slow::start();
    let load = HttpLoad { clients: 2, ..server.load("/client") };
    let figures = load.open(100.0, 1, NO_WARM_UP, Duration::from_millis(100)).await.unwrap();
    assert_eq!((figures.requests, figures.errors), (5, 5), "each client in turn");
    assert!(figures.fault.as_ref().is_some_and(|fault| fault.contains("403")), "{figures:?}");
    let nothing = server.load("/nothing").closed(1, NO_WARM_UP, Duration::from_millis(20)).await.unwrap_err();
    assert!(nothing.to_string().contains("404"), "{nothing}");
    server.handle.stop(false).await;
    let refused = server.load("/").closed(1, NO_WARM_UP, Duration::from_millis(20)).await.unwrap_err();
    assert!(refused.to_string().contains("no server listens"), "{refused}");
}
