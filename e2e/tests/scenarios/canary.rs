//! Health checks find messages that do not arrive, though Redis answers. Processes that can serve stay in the balancers.

use std::time::Duration;

use e2e::{Data, Request, Site};
use serde_json::{Value, json};
use testbed::{eventually, free_port};

const PATIENCE: Duration = Duration::from_secs(60);

crate::in_both_dialects!(paused_writes, a_process_alone);

/// The status of `/readyz`, its word and the codes of its reasons.
fn readiness(answer: &e2e::Response) -> (u16, Value, Vec<Value>) {
    let body = answer.json();
    let codes = body["reasons"].as_array().expect("reasons").iter().map(|reason| reason["code"].clone()).collect();
    (answer.status, body["status"].clone(), codes)
}

/// Waits until `/readyz` of both processes has 200 and these codes.
async fn both_show(site: &Site, web: &[&str], ws: &[&str]) {
    let (door, request) = (site.door(), Request::get("/readyz"));
    let expected = |codes: &[&str]| {
        let status = if codes.is_empty() { "ready" } else { "degraded" };
        (200, json!(status), codes.iter().map(|code| json!(code)).collect::<Vec<_>>())
    };
    eventually(PATIENCE, async || {
        let found = (readiness(&door.ask(&request).await), readiness(&door.ask_sockets(&request).await));
        (found == (expected(web), expected(ws))).then_some(())
    })
    .await;
}

async fn paused_writes(layer: &str) {
    let site = Site::start_with(Data::sqlite(), &[("CHANNEL_LAYER", layer)]).await;
    both_show(&site, &[], &[]).await;
    site.redis.cli(&["CLIENT", "PAUSE", "600000", "WRITE"]).await;
    both_show(&site, &["layer"], &["layer"]).await;
    site.redis.cli(&["CLIENT", "UNPAUSE"]).await;
    both_show(&site, &[], &[]).await;
    site.redis.kill9();
    both_show(&site, &["layer"], &["layer"]).await;
    site.redis.restart().await;
    both_show(&site, &[], &[]).await;
}

async fn a_process_alone(layer: &str) {
    let (web_metrics, ws_metrics) = (free_port(), free_port());
    let bind = |port: u16| format!("127.0.0.1:{port}");
    let mut site = Site::start_each(
        Data::sqlite(),
        &[("CHANNEL_LAYER", layer), ("METRICS_BIND", &bind(web_metrics))],
        &[("CHANNEL_LAYER", layer), ("METRICS_BIND", &bind(ws_metrics))],
    )
    .await;
    both_show(&site, &[], &[]).await;
    let metrics = e2e::Door::http(web_metrics, ws_metrics);
    let request = Request::get("/metrics");
    for name in ["catamaran_canary_lag_seconds_count", "catamaran_layer_round_trip_seconds_count"] {
        eventually(PATIENCE, async || (number(&metrics.ask_sockets(&request).await.body, name) >= 2.0).then_some(())).await;
    }
    let lag = number(&metrics.ask_sockets(&request).await.body, "catamaran_canary_lag_seconds_sum");
    assert!(lag >= 0.0, "{lag}");

    site.web.kill9();
    let ws = async || readiness(&site.door().ask_sockets(&Request::get("/readyz")).await);
    let degraded = (200, json!("degraded"), vec![json!("canary")]);
    eventually(PATIENCE, async || (ws().await == degraded).then_some(())).await;
    let shown = metrics.ask_sockets(&request).await.body;
    assert!(number(&shown, "catamaran_canary_silence_seconds") > 3.0, "{shown}");
    site.web.restart();
    site.ready().await;
    both_show(&site, &[], &[]).await;
}

/// The value of a metric without labels.
fn number(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|value| value.parse().ok()).unwrap_or(-1.0)
}
