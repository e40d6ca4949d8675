//! Measures what clients notice of releases behind each load balancer of `deploy/`: lost requests, and sockets that have to come back.
//!
//! `cargo run -p e2e --example releases -- [requests|sockets] [nginx] [haproxy] [caddy]` prints figures. Without arguments it measures
//! everything, in about fifteen minutes.

mod requests;
mod sockets;

use std::time::Duration;

use e2e::Server;
use testbed::BalancerKind;

const KINDS: [(&str, BalancerKind); 3] =
    [("nginx", BalancerKind::Nginx), ("haproxy", BalancerKind::Haproxy), ("caddy", BalancerKind::Caddy)];

#[expect(clippy::print_stdout, reason = "a command prints its figures")]
#[tokio::main]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let wanted = |name: &str, among: &[&str]| {
        let none = !arguments.iter().any(|argument| among.contains(&argument.as_str()));
        none || arguments.iter().any(|argument| argument == name)
    };
    let names = KINDS.map(|(name, _)| name);
    for (name, kind) in KINDS.into_iter().filter(|(name, _)| wanted(name, &names)) {
        if wanted("requests", &["requests", "sockets"]) {
            println!("{name}: {}", requests::measure(kind).await);
        }
        if wanted("sockets", &["requests", "sockets"]) {
            println!("{name}: {}", sockets::measure(kind).await);
        }
    }
}

/// Restarts a server as a deployment does, and waits until the balancer uses it again. nginx tries each server before it gives up, so
/// nothing has to wait for it.
async fn restart(kind: BalancerKind, server: &mut Server) {
    server.restart().await;
    if kind != BalancerKind::Nginx {
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
}

/// The value below which this part of the sorted values lies, in seconds.
fn quantile(sorted: &[Duration], part: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index of a short list"
    )]
    let at = (part * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(at).map_or(0.0, Duration::as_secs_f64)
}
