//! A load balancer reads its file again.

use e2e::{Fleet, Person, Socket};
use futures_util::future::join_all;

use super::enter;

const SOCKETS: usize = 100;

async fn lobbies(ada: &Person) -> Vec<Socket> {
    join_all((0..SOCKETS).map(|_| enter(ada, "/ws/lobby/"))).await
}

pub(super) async fn keeps_sockets_through_a_reload(fleet: &Fleet) {
    let ada = Person::sign_in(&fleet.door(1), "Ada").await;
    let mut sockets = lobbies(&ada).await;
    fleet.balancer.reload().await;
    let code = ada.create_room("Lighthouse").await;
    for socket in &mut sockets {
        socket.frame_where("lobby.room", |frame| frame["room"]["code"] == code.as_str()).await;
    }
    for server in &fleet.ws {
        assert!(server.accepted_sockets().await >= SOCKETS as u64 / 4, "both servers hold sockets");
    }
    let _another = enter(&ada, "/ws/lobby/").await;
}

/// Mostly with 1001. ws-server's own answer to the end, 1002, may arrive first.
pub(super) async fn closes_sockets_at_a_reload(fleet: &Fleet) {
    let ada = Person::sign_in(&fleet.door(1), "Ada").await;
    let mut sockets = lobbies(&ada).await;
    fleet.balancer.reload().await;
    for socket in &mut sockets {
        let code = socket.closed().await;
        assert!(matches!(code, Some(1001 | 1002) | None), "{code:?}");
    }
    let _again = lobbies(&ada).await;
}
