//! Users by their cookies, and the close of their sockets at sign-out.

use std::sync::Arc;

use catamaran::{ChannelLayer, Close, CloseCode, SocketOrder};
use serde_json::json;
use testbed::eventually;

use crate::{
    client::Client,
    probe::{all_probes, same},
    server::{PATIENCE, Server},
};

async fn signed_in(server: &Server, name: &str, cookie: &str) -> Client {
    let origin = format!("http://{}", server.addr);
    let mut client = Client::try_connect(server, name, &[("cookie", cookie), ("origin", &origin)]).await.unwrap();
    assert_eq!(client.json().await["hello"], name);
    client
}

async fn who(client: &mut Client) -> serde_json::Value {
    client.send(r#"{"type":"who"}"#).await;
    client.json().await["who"].clone()
}

#[tokio::test]
async fn authenticates_a_socket_by_its_cookie() {
    let server = Server::start();
    server.sessions.begin("kim");
    let mut known = signed_in(&server, "a", "theme=dark; catamaran_session=kim").await;
    let mut forged = signed_in(&server, "b", "catamaran_session=lee").await;
    let mut anonymous = Client::meet(&server, "c").await;
    assert_eq!(who(&mut known).await, json!("kim"));
    assert_eq!(who(&mut forged).await, json!(null));
    assert_eq!(who(&mut anonymous).await, json!(null));
}

#[tokio::test]
async fn sign_out_closes_the_session_s_sockets_and_no_others() {
    let server = Server::start();
    let (kim, lee) = (server.sessions.begin("kim"), server.sessions.begin("lee"));
    let mut first = signed_in(&server, "kim-1", "catamaran_session=kim").await;
    let mut second = signed_in(&server, "kim-2", "catamaran_session=kim").await;
    let mut other = signed_in(&server, "lee", "catamaran_session=lee").await;
    assert_ne!(kim, lee);
    let ended = SocketOrder::close_session(kim, catamaran_sockets::close::signed_out());
    let listening = async || (ended.send(&*server.layer).await.unwrap().reached == 2).then_some(());
    eventually(PATIENCE, listening).await;
    for client in [&mut first, &mut second] {
        assert_eq!(client.closed().await, (4401, "your session has ended; sign in again".to_owned()));
    }
    assert_eq!(who(&mut other).await, json!("lee"));
}

/// The user signed in again, perhaps because an attacker had planted the old cookie. The attacker's sockets end, the user's come back.
#[tokio::test]
async fn a_new_session_in_place_of_an_old_one_lets_sockets_connect_again() {
    let server = Server::start();
    let kim = server.sessions.begin("kim");
    let mut client = signed_in(&server, "kim", "catamaran_session=kim").await;
    let close = Close::new(CloseCode(1012), "your session has a new cookie; connect again");
    let replaced = SocketOrder::close_session(kim, close);
    let listening = async || (replaced.send(&*server.layer).await.unwrap().reached == 2).then_some(());
    eventually(PATIENCE, listening).await;
    assert_eq!(client.closed().await, (1012, "your session has a new cookie; connect again".to_owned()));
}

#[tokio::test]
async fn an_order_to_check_closes_the_sockets_of_ended_sessions() {
    let server = Server::start();
    let kim = server.sessions.begin("kim");
    let mut client = signed_in(&server, "kim", "catamaran_session=kim").await;
    server.sessions.end(kim);
    let listening = async || (SocketOrder::Check.send(&*server.layer).await.unwrap().reached == 2).then_some(());
    eventually(PATIENCE, listening).await;
    assert_eq!(client.closed().await.0, 4401);
}

#[tokio::test]
async fn a_gap_closes_the_sockets_of_ended_sessions() {
    let layer: Arc<dyn ChannelLayer> =
        Arc::new(catamaran::InMemoryLayer::new(catamaran::LayerConfig::default().with(|config| config.capacity_bytes = 1)));
    let server = Server::on(catamaran_sockets::Limits::default(), layer);
    let kim = server.sessions.begin("kim");
    let mut client = signed_in(&server, "kim", "catamaran_session=kim").await;
    server.sessions.end(kim); // and the order to close its sockets is lost
    // One byte may wait: of several messages at once all but the first are dropped, and a gap is marked.
    let (one, two, three) = (same("1"), same("2"), same("3"));
    let group = all_probes();
    let closed = async {
        loop {
            let _ = tokio::join!(
                server.layer.group_send(&group, &one),
                server.layer.group_send(&group, &two),
                server.layer.group_send(&group, &three)
            );
            tokio::task::yield_now().await;
            if server.layer.stats().dropped > 0 {
                break client.closed().await;
            }
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, closed).await.unwrap().0, 4401);
}
