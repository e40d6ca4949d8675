//! The health checks of balancers and orchestrators: `/livez`, `/readyz`, `/healthz`.

use std::sync::Arc;

use catamaran::{InMemoryLayer, LayerConfig};
use catamaran_redis::{RedisPubSubLayer, RedisSettings, Wire};
use catamaran_sockets::{Authenticate, AuthenticateError, Handshake, Limits, Routes, SignedIn, Unhealthy};
use serde_json::Value;
use testbed::{Redis, eventually};

use crate::{
    client::{Client, http},
    probe::{KnownSessions, Who},
    server::{PATIENCE, Server},
};

/// The status and the body.
async fn ask(server: &Server, path: &str) -> (u16, Value) {
    let answer = http(server.addr, &format!("GET {path} HTTP/1.1\r\nHost: localhost")).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap())
}

fn codes(readiness: &Value) -> Vec<&str> {
    readiness["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_server_that_works_is_alive_and_ready() {
    let server = Server::start();
    let (live, ready) = (ask(&server, "/livez").await, ask(&server, "/readyz").await);
    assert_eq!((live.0, &live.1["status"], &live.1["process"]), (200, &"alive".into(), &"tier".into()));
    assert_eq!((ready.0, &ready.1["status"], codes(&ready.1)), (200, &"ready".into(), vec![]));
    for path in ["/livez", "/readyz"] {
        let answer = http(server.addr, &format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0")).await;
        assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    }
}

/// A handler that runs keeps the server draining.
#[tokio::test]
async fn a_draining_server_is_alive_and_neither_ready_nor_ok() {
    let server = Server::with_settings(&[("WS_DRAIN", "60")]);
    let mut client = Client::meet(&server, "busy").await;
    client.send(r#"{"type":"hold"}"#).await;
    server.log.line("busy holds").await;
    server.stop.cancel();
    let (ready, health, live) = (ask(&server, "/readyz").await, ask(&server, "/healthz").await, ask(&server, "/livez").await);
    server.log.note("released".to_owned());
    assert_eq!((ready.0, &ready.1["status"], codes(&ready.1)), (503, &"unready".into(), vec!["draining"]));
    assert_eq!((health.0, &health.1["status"]), (503, &"draining".into()));
    assert_eq!(live.0, 200);
}

/// Authentication whose service is away.
struct Away;

impl Authenticate for Away {
    type User = Who;
    type Error = AuthenticateError;

    async fn authenticate(&self, _: &Handshake<'_>) -> Result<Option<SignedIn<Who>>, AuthenticateError> {
        Ok(None)
    }

    const CHECKED: Option<&'static str> = Some("database");

    async fn check(&self) -> Result<(), Unhealthy> {
        Err(Unhealthy::from("no route to 10.1.2.3"))
    }
}

#[tokio::test]
async fn a_server_without_its_database_is_not_ready_and_does_not_show_why() {
    let server = Server::asking(Away, Limits::default(), Arc::new(InMemoryLayer::new(LayerConfig::default())));
    let (status, readiness) = ask(&server, "/readyz").await;
    assert_eq!((status, codes(&readiness)), (503, vec!["service"]));
    let detail = readiness["reasons"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("database") && !detail.contains("10.1.2.3"), "{detail}");
    assert_eq!(ask(&server, "/livez").await.0, 200);
}

/// One probe must not shut out the clients of all processes because of a service that all of them lack.
#[tokio::test]
async fn a_server_without_redis_is_degraded_and_ready() {
    let redis = Redis::start().await;
    let settings = RedisSettings::new(&redis.url(), false).unwrap();
    let layer = RedisPubSubLayer::connect(settings, &Wire::default(), LayerConfig::default());
    let server = Server::serving(KnownSessions::default(), Limits::default(), Arc::new(layer), Routes::new(), &[]);
    let until = async |wanted: &str| {
        eventually(PATIENCE, async || {
            let (status, readiness) = ask(&server, "/readyz").await;
            assert_eq!(status, 200, "{readiness}");
            (readiness["status"] == wanted).then_some(readiness)
        })
        .await
    };
    until("ready").await;
    redis.kill9();
    assert_eq!(codes(&until("degraded").await), ["layer"]);
    redis.restart().await;
    until("ready").await;
}
