//! Each load balancer of `deploy/` with its own file, before two servers of each kind.

mod fleet;
mod leaving;
mod reload;
mod rolling;
mod routes;

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
