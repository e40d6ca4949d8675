//! Each load balancer of `deploy/` with its own file, before two servers of each kind.

mod fleet;
mod leaving;
mod reload;
mod rolling;
mod routes;

/// Runs each scenario, which takes a `BalancerKind`, behind one load balancer.
macro_rules! behind {
    ($module:ident, $kind:ident, $($scenario:ident),+) => {
        mod $module {
            $(#[tokio::test] async fn $scenario() { super::$scenario(testbed::BalancerKind::$kind).await })+
        }
    };
}
use behind;

/// Runs each scenario behind every load balancer.
macro_rules! behind_each_balancer {
    ($($scenario:ident),+ $(,)?) => {
        super::behind!(behind_nginx, Nginx, $($scenario),+);
        super::behind!(behind_haproxy, Haproxy, $($scenario),+);
        super::behind!(behind_caddy, Caddy, $($scenario),+);
    };
}
use behind_each_balancer;
