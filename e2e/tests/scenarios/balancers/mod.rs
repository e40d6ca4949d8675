//! Each load balancer of `deploy/` with its own file, before two servers of each kind.

use std::time::Duration;

use e2e::{Person, Socket};
use testbed::eventually;

mod leaving;
mod reload;
mod rolling;
mod routes;

/// Between two rounds of requests of one client: below the servers' rates.
const PACE: Duration = Duration::from_millis(250);
/// Longer than a balancer needs to notice something, on a busy machine.
const DEADLINE: Duration = Duration::from_secs(240);

/// Opens a socket and reads its first frame. As pages do, it tries again after 1013, with which a busy ws-server refuses work.
async fn enter(person: &Person, path: &str) -> Socket {
    eventually(DEADLINE, || async {
        let mut socket = person.open(path).await;
        match socket.receive().await {
            Ok(_state) => Some(socket),
            Err(Some(1013)) => None,
            Err(code) => panic!("{path}: closed with {code:?}"),
        }
    })
    .await
}

/// Runs each scenario, which takes a `BalancerKind`, behind every load balancer.
macro_rules! behind_each_balancer {
    ($($scenario:ident),+ $(,)?) => {
        mod behind_nginx {
            $(#[tokio::test] async fn $scenario() { super::$scenario(testbed::BalancerKind::Nginx).await })+
        }
        mod behind_haproxy {
            $(#[tokio::test] async fn $scenario() { super::$scenario(testbed::BalancerKind::Haproxy).await })+
        }
        mod behind_caddy {
            $(#[tokio::test] async fn $scenario() { super::$scenario(testbed::BalancerKind::Caddy).await })+
        }
    };
}
use behind_each_balancer;
