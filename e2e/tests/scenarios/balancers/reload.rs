//! A load balancer reads its file again.

use e2e::Person;
use futures_util::future::join_all;
use testbed::BalancerKind;

use super::{behind_each_balancer, fleet::Fleet};

behind_each_balancer!(keeps_sockets_through_a_reload);

const SOCKETS: usize = 100;

async fn keeps_sockets_through_a_reload(kind: BalancerKind) {
    let fleet = Fleet::start(kind).await;
    let ada = Person::sign_in(&fleet.door(1), "Ada").await;
    let mut sockets = join_all((0..SOCKETS).map(|_| ada.open("/ws/lobby/"))).await;
    for socket in &mut sockets {
        socket.frame("lobby.state").await;
    }
    fleet.balancer.reload().await;
    let code = ada.create_room("Lighthouse").await;
    for socket in &mut sockets {
        socket.frame_where("lobby.room", |frame| frame["room"]["code"] == code.as_str()).await;
    }
    for server in &fleet.ws {
        assert_eq!(server.accepted_sockets().await, SOCKETS as u64 / 2, "both servers hold half of the sockets");
    }
    ada.open("/ws/lobby/").await.frame("lobby.state").await;
}
