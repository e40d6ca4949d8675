//! `examples/mixed-fleet/up.sh`, as a reader runs it.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use testbed::{Redis, Script, eventually, free_port};
use tokio::net::TcpStream;

use super::{both_hear, changed, customer::Customer};

const UP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/mixed-fleet/up.sh");
const DEADLINE: Duration = Duration::from_secs(120);

async fn listens(port: u16) -> Option<()> {
    TcpStream::connect(("127.0.0.1", port)).await.ok().map(|_| ())
}

#[tokio::test]
async fn one_command_starts_it_and_ctrl_c_ends_it() {
    let (redis, folder) = (Redis::start().await, tempfile::tempdir().expect("a temporary folder can be made"));
    let (pages, sockets) = (free_port(), free_port());
    let (port, ws_port, url) = (pages.to_string(), sockets.to_string(), redis.url());
    let database = folder.path().join("shop.sqlite3");
    let test = std::env::current_exe().expect("a running program has a path");
    let orders = test.ancestors().nth(2).expect("tests lie two folders deep").join("examples/orders");
    let variables = [
        ("PORT", port.as_str()),
        ("WS_PORT", &ws_port),
        ("REDIS_URL", &url),
        ("CHANNEL_LAYER", "redis-core"),
        ("SHOP_DATABASE", database.to_str().expect("a plain path")),
        ("ORDERS", orders.to_str().expect("a plain path")),
    ];
    let up = Script::start(Path::new(UP), &variables, &[]);
    let said = up.log_line(|line| line.starts_with("The shop: ")).await;
    assert!(said.contains(&format!("http://localhost:{pages} ")), "{said}");
    for port in [pages, sockets] {
        eventually(DEADLINE, || listens(port)).await;
    }
    let mut ada = Customer::sign_in(pages).await;
    let (mut theirs, mut ours) = (ada.look_at(1, pages).await, ada.look_at(1, sockets).await);
    ada.post("/orders/1/state/", "state=delivered").await;
    both_hear(&mut theirs, &mut ours, changed("delivered")).await;
    ours.say(json!({ "type": "quote" })).await;
    assert_eq!(ours.hear().await, Ok(json!({ "type": "order.quote", "order": 1, "days": 2 })));
    up.interrupt();
    assert_eq!(up.exit_status().await.code(), Some(130), "{:?}", up.log());
    for port in [pages, sockets] {
        assert_eq!(listens(port).await, None, "port {port} is still open: {:?}", up.log());
    }
}
