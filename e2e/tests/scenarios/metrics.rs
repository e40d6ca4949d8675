//! Operators read the numbers of both servers with Prometheus.

use std::{
    collections::BTreeSet,
    io::Write as _,
    process::{Command, Stdio},
    time::Duration,
};

use e2e::{Data, Door, Person, Request, Site};
use serde_json::{Value, json};
use testbed::{Program, eventually, free_port};

const DASHBOARD: &str = include_str!("../../../deploy/grafana/catamaran.json");
const ALERTS: &str = include_str!("../../../deploy/prometheus/alerts.yml");
const PATIENCE: Duration = Duration::from_secs(30);

/// A site whose servers show their numbers.
struct Measured {
    site: Site,
    metrics: Door,
}

impl Measured {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With more environment variables for ws-server.
    async fn start_with(more: &[(&str, &str)]) -> Self {
        let (web, ws) = (free_port(), free_port());
        let bind = |port: u16| format!("127.0.0.1:{port}");
        let (web_bind, ws_bind) = (bind(web), bind(ws));
        let site = Site::start_each(
            Data::sqlite(),
            &[("METRICS_BIND", web_bind.as_str())],
            &[&[("METRICS_BIND", ws_bind.as_str())], more].concat(),
        )
        .await;
        site.web.listens(web).await;
        site.ws.listens(ws).await;
        Self { site, metrics: Door::http(web, ws) }
    }

    async fn of_web(&self) -> String {
        self.metrics.ask(&Request::get("/metrics")).await.expect(200).body
    }

    async fn of_ws(&self) -> String {
        self.metrics.ask_sockets(&Request::get("/metrics")).await.expect(200).body
    }

    /// Waits until http-server shows this line: it may listen before its channel layer is up.
    async fn web_shows(&self, line: &str) {
        eventually(PATIENCE, || async { has(&self.of_web().await, line).then_some(()) }).await;
    }

    /// Waits until ws-server shows this line: an event of a socket is counted after its client has heard of it.
    async fn ws_shows(&self, line: &str) {
        eventually(PATIENCE, || async { has(&self.of_ws().await, line).then_some(()) }).await;
    }
}

fn has(metrics: &str, line: &str) -> bool {
    metrics.lines().any(|found| found == line)
}

/// Runs promtool with this input.
fn promtool(arguments: &[&str], input: &str) {
    let mut command = Command::new("promtool");
    let mut promtool =
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("promtool");
    promtool.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("its input");
    let output = promtool.wait_with_output().expect("its end");
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "promtool {arguments:?}: {said}\n{input}");
}

#[tokio::test]
async fn both_servers_count_what_clients_do() {
    let measured = Measured::start().await;
    let door = measured.site.door();
    let ada = Person::sign_in(&door, "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut socket = ada.enter(&code).await;
    socket.frame("room.state").await;
    ada.post(&code, "hello").await;
    socket.message("hello").await;
    let _foreign = door.ask_sockets(&Request::upgrade("/ws/lobby/").header("Origin", "https://evil.example")).await.expect(403);
    let _misrouted = door.ask_sockets(&Request::get("/rooms/K7QF2M")).await.expect(404);
    let _unknown = door.ask(&Request::get("/no/such/path")).await.expect(404);

    for line in [
        r#"catamaran_http_request_duration_seconds_count{method="POST",route="/api/v1/rooms",status="201"} 1"#,
        r#"catamaran_http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 1"#,
        r#"catamaran_layer_up 1"#,
        r#"catamaran_draining 0"#,
    ] {
        measured.web_shows(line).await;
    }
    for line in [
        r#"catamaran_sockets_open 1"#,
        r#"catamaran_handshakes_total{outcome="accepted"} 1"#,
        r#"catamaran_handshakes_total{outcome="foreign"} 1"#,
        r#"catamaran_misrouted_requests_total 1"#,
        r#"catamaran_layer_up 1"#,
    ] {
        measured.ws_shows(line).await;
    }
    socket.leave().await;
    measured.ws_shows(r#"catamaran_sockets_open 0"#).await;
    for text in [measured.of_web().await, measured.of_ws().await] {
        promtool(&["check", "metrics"], &text);
        assert!(!text.contains(&code) && !text.contains("such/path"), "a label holds a path\n{text}");
        assert!(text.contains("catamaran_database_connections{state=\"idle\"}"), "{text}");
    }
}

/// The expressions of all panels of the dashboard, as Prometheus gets them.
fn dashboard_expressions() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("the dashboard is JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let expressions = targets.map(|target| target["expr"].as_str().expect("an expression"));
    expressions.map(|expression| expression.replace("$__rate_interval", "5m").replace("$instance", ".*")).collect()
}

/// The metrics that a text names.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("catamaran_") || word.starts_with("process_")).collect()
}

#[tokio::test]
async fn the_servers_have_every_metric_of_the_dashboard_and_the_alerts() {
    let measured = Measured::start().await;
    let _page = measured.site.door().ask(&Request::get("/")).await.expect(200);
    let scraped = measured.of_web().await + &measured.of_ws().await;
    let scraped = scraped.lines().filter(|line| !line.starts_with('#'));
    let existing: BTreeSet<&str> = scraped.filter_map(|line| line.split(['{', ' ']).next()).collect();
    let expressions = dashboard_expressions().join("\n");
    for (file, text) in [("the dashboard", expressions.as_str()), ("the alerts", ALERTS)] {
        let wanted = names(text);
        assert!(wanted.len() > 10, "{file}: {wanted:?}");
        let missing: Vec<_> = wanted.difference(&existing).collect();
        assert!(missing.is_empty(), "{file}: no server has {missing:?}; they have {existing:?}");
    }
}

#[test]
fn prometheus_reads_the_alerts_and_fires_each() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/prometheus");
    promtool(&["check", "rules", &format!("{folder}/alerts.yml")], "");
    let tests = std::fs::read_to_string(format!("{folder}/alerts_test.yml")).expect("the tests of the alerts");
    for alert in ALERTS.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        assert!(tests.contains(&format!("alertname=\"{alert}\"")), "{alert} is fired by no test");
    }
    promtool(&["test", "rules", &format!("{folder}/alerts_test.yml")], "");
}

/// promtool reads expressions in rules alone, so each becomes a rule.
#[test]
fn prometheus_reads_the_expressions_of_the_dashboard() {
    let rules = dashboard_expressions().into_iter().enumerate();
    let rules: Vec<_> = rules.map(|(at, expression)| json!({ "record": format!("panel:{at}"), "expr": expression })).collect();
    let file = tempfile::NamedTempFile::new().expect("a file");
    // JSON is YAML, too.
    std::fs::write(file.path(), json!({ "groups": [{ "name": "dashboard", "rules": rules }] }).to_string()).expect("its text");
    promtool(&["check", "rules", &file.path().to_string_lossy()], "");
}

/// The client does not answer the close frame, so the drain takes as long as it may.
#[tokio::test]
async fn ws_server_shows_its_numbers_while_it_drains() {
    let measured = Measured::start_with(&[("WS_CLOSE_TIMEOUT", "60"), ("WS_DRAIN", "60")]).await;
    let ada = Person::sign_in(&measured.site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut socket = ada.enter(&code).await;
    socket.frame("room.state").await;
    measured.ws_shows("catamaran_draining 0").await;
    measured.site.ws.terminate();
    measured.ws_shows("catamaran_draining 1").await;
    measured.ws_shows(r#"catamaran_sockets_closed_total{side="server",code="1012"} 1"#).await;
    drop(socket);
    assert!(measured.site.ws.exit_status().await.success(), "{:?}", measured.site.ws.log());
}

#[tokio::test]
async fn the_public_ports_show_no_metrics() {
    let measured = Measured::start().await;
    let (door, request) = (measured.site.door(), Request::get("/metrics"));
    for answer in [door.ask(&request).await, door.ask_sockets(&request).await] {
        let answer = answer.expect(404);
        assert!(!answer.body.contains("process_open_fds"), "{answer:?}");
    }
    let other = measured.metrics.ask(&Request::get("/")).await;
    assert_eq!(other.status, 404, "the address of the metrics has no pages");
}

#[tokio::test]
async fn a_metrics_address_that_cannot_be_used_stops_the_start() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = listener.local_addr().expect("an address").to_string();
    for program in ["http-server", "ws-server", "runserver"] {
        for bind in ["9090", taken.as_str()] {
            let port = free_port().to_string();
            let variables =
                [("PORT", port.as_str()), ("WS_PORT", port.as_str()), ("CHANNEL_LAYER", "memory"), ("METRICS_BIND", bind)];
            let alone: &[&str] = if program == "runserver" { &[] } else { &["--alone"] };
            let started = Program::start(program, &variables, alone);
            assert!(!started.exit_status().await.success(), "{program} {bind}");
            started.log_line(|line| line.contains("METRICS_BIND")).await;
        }
    }
}
