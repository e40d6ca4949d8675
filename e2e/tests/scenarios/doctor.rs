//! `http-server doctor` before real sites, well and badly configured.

use std::process::Command;

use e2e::{Data, Site};
use futures_util::future::join_all;
use serde_json::Value;
use testbed::{Balancer, BalancerKind, Program, Upstreams, free_port};

/// A run of the program: its exit code, and its report.
struct Run {
    code: Option<i32>,
    output: String,
}

impl Run {
    /// Examines `url`. The examination has two minutes, since the machine may be busy.
    async fn of(url: &str, flags: &[&str]) -> Self {
        let mut command = Command::new(Program::path("http-server"));
        command.env_clear().args(["doctor", url, "--within", "120"]).args(flags);
        let run = tokio::task::spawn_blocking(move || command.output());
        let run = run.await.expect("the thread ends").expect("the program runs");
        let text = [run.stdout, run.stderr].concat();
        Self { code: run.status.code(), output: String::from_utf8(text).expect("UTF-8").trim_end().to_owned() }
    }

    async fn json(url: &str, flags: &[&str]) -> Self {
        Self::of(url, &[&["--json"], flags].concat()).await
    }

    async fn behind(nginx: &Balancer, idle: &str) -> Self {
        let certificate = nginx.certificate().display().to_string();
        Self::json(&format!("https://localhost:{}", nginx.https_port()), &["--ca", &certificate, "--idle", idle]).await
    }

    fn findings(&self) -> Vec<Value> {
        let report: Value = serde_json::from_str(&self.output).unwrap_or_else(|fault| panic!("{fault}: {}", self.output));
        let sections = report["sections"].as_array().expect("sections").clone();
        sections.iter().flat_map(|section| section["findings"].as_array().expect("findings").clone()).collect()
    }

    /// The findings of this level.
    fn at(&self, level: &str) -> Vec<Value> {
        self.findings().into_iter().filter(|finding| finding["level"] == level).collect()
    }

    /// Asserts that it has an error about `topic`, whose text or advice has `words`.
    fn has_error(&self, topic: &str, words: &str) {
        assert_eq!(self.code, Some(1), "{}", self.output);
        let text = |finding: &Value| format!("{} {}", finding["text"], finding["advice"]);
        let found = self.at("error").into_iter().any(|finding| finding["topic"] == topic && text(&finding).contains(words));
        assert!(found, "no error {topic} with {words:?} in {}", self.output);
    }
}

async fn site(more: &[(&str, &str)]) -> Site {
    let same_origin = [("WS_URL", ""), ("ALLOWED_ORIGINS", ""), ("TRUSTED_PROXIES", "127.0.0.1")];
    Site::start_with(Data::sqlite(), &[&same_origin, more].concat()).await
}

fn upstreams(site: &Site) -> [Upstreams; 1] {
    [Upstreams { web: site.web_port(), ws: site.ws_port() }]
}

#[tokio::test]
async fn finds_no_fault_behind_the_deployed_nginx() {
    let site = site(&[]).await;
    let nginx = Balancer::start(BalancerKind::Nginx, &upstreams(&site)).await;
    let run = Run::behind(&nginx, "3").await;
    let faults = [run.at("unknown"), run.at("warning"), run.at("error")].concat();
    assert!(faults.is_empty() && run.code == Some(0), "{}", run.output);
    let fine: Vec<_> = run.at("ok").iter().map(|finding| finding["topic"].as_str().expect("a topic").to_owned()).collect();
    for topic in [
        "https", "clock", "process", "health", "origin", "scheme", "host", "client", "forged", "secure", "httponly", "samesite",
        "reach", "route", "socket", "drain", "stranger", "cookies", "head", "body", "frame", "metrics", "ops", "idle",
    ] {
        assert!(fine.iter().any(|other| other == topic), "{topic} is not fine: {}", run.output);
    }
    assert_eq!(fine.iter().filter(|topic| *topic == "forged").count(), 2, "of both servers: {}", run.output);
    let text = Run::of(&format!("http://localhost:{}", nginx.http_port()), &["--idle", "0"]).await;
    assert!(text.code == Some(0) && text.output.ends_with("0 errors, 0 warnings"), "{}", text.output);
}

#[tokio::test]
async fn finds_no_fault_in_runserver_on_this_machine() {
    let port = free_port();
    let program = Program::start("runserver", &[], &["--bind", "127.0.0.1", "--port", &port.to_string()]);
    program.listens(port).await;
    let run = Run::json(&format!("http://localhost:{port}"), &["--idle", "0"]).await;
    let faults = [run.at("unknown"), run.at("warning"), run.at("error")].concat();
    assert!(faults.is_empty() && run.code == Some(0), "{}", run.output);
    // No proxy is in front, so this machine may say anything. Both parts of the process are judged.
    let notes = run.at("note");
    let forged = notes.iter().filter(|finding| finding["topic"] == "forged");
    let believed = forged.filter(|finding| finding["text"].as_str().is_some_and(|text| text.contains("the host")));
    assert_eq!(believed.count(), 2, "{}", run.output);
    assert!(run.at("ok").iter().any(|finding| finding["topic"] == "body"), "{}", run.output);
}

/// An edit of deploy/nginx/nginx.conf, and the errors that it causes: the topic of each, and words of its text or of the line to change.
type Edit = (&'static str, &'static [(&'static str, &'static str)]);

const EDITS: [Edit; 7] = [
    (r"s/proxy_set_header Upgrade \$websocket;//", &[("upgrade", "proxy_set_header Upgrade $http_upgrade")]),
    (
        r"s/proxy_set_header X-Forwarded-Proto \$scheme;//",
        &[
            ("scheme", "proxy_set_header X-Forwarded-Proto $scheme"),
            ("secure", "proxy_set_header X-Forwarded-Proto $scheme"),
            ("mixed", "proxy_set_header X-Forwarded-Proto $scheme"),
        ],
    ),
    (r"s/proxy_read_timeout 60s/proxy_read_timeout 2s/", &[("idle", "proxy_read_timeout 1h")]),
    (r"s/X-Forwarded-For \$remote_addr/X-Forwarded-For $http_x_forwarded_for/", &[("forged", "X-Forwarded-For $remote_addr")]),
    (r"s#proxy_pass http://ws;#proxy_pass http://ws/;#", &[("route", "without a path or slash behind the name")]),
    (r"s/\$http_host;/$host;/", &[("host", "proxy_set_header Host $http_host")]),
    (r"s/proxy_set_header Host \$http_host;//", &[("host", "the server refuses this host")]),
];

#[tokio::test]
async fn names_the_line_of_nginx_to_change() {
    let site = site(&[]).await;
    let check = async |(edit, errors): Edit| {
        let nginx = Balancer::start_edited(BalancerKind::Nginx, &upstreams(&site), edit).await;
        // Only the edit of a timeout needs silence. The run ends when nginx cuts the socket, and gives up the half head.
        let run = Run::behind(&nginx, if edit.contains("timeout") { "60" } else { "0" }).await;
        for (topic, words) in errors {
            run.has_error(topic, words);
        }
    };
    join_all(EDITS.into_iter().map(check)).await;
}

#[tokio::test]
async fn names_the_process_that_answers_in_place_of_the_right_one() {
    let site = site(&[]).await;
    let swapped = async |web, ws| Balancer::start(BalancerKind::Nginx, &[Upstreams { web, ws }]).await;
    let dead = free_port();
    for (web, ws, topic, words) in [
        (site.web_port(), site.web_port(), "route", "/ws/ is answered by http-server"),
        (site.ws_port(), site.ws_port(), "route", "is answered by ws-server, which serves no pages"),
        (site.web_port(), dead, "route", "reaches no ws-server"),
        (dead, site.ws_port(), "reach", "reaches no http-server"),
    ] {
        let nginx = swapped(web, ws).await;
        Run::behind(&nginx, "0").await.has_error(topic, words);
    }
}

#[tokio::test]
async fn finds_a_limit_that_shuts_users_out() {
    let site = site(&[]).await;
    let nginx = Balancer::start_edited(
        BalancerKind::Nginx,
        &upstreams(&site),
        "s/large_client_header_buffers 4 16k;/large_client_header_buffers 4 8k;/",
    )
    .await;
    let run = Run::behind(&nginx, "0").await;
    let warnings = run.at("warning");
    assert!(warnings.iter().any(|finding| finding["topic"] == "cookies"), "{}", run.output);
    assert_eq!(run.code, Some(0), "a warning is no error: {}", run.output);
    let strict = Run::of(&format!("https://localhost:{}", nginx.https_port()), &["--idle", "0", "--fail-level", "warning"]).await;
    assert_eq!(strict.code, Some(1), "{}", strict.output);
}

#[tokio::test]
async fn finds_settings_that_do_not_fit() {
    let key = |end: char| format!("0123456789abcdef0123456789abcde{end}");
    let (one, other) = (key('1'), key('2'));
    let same_origin = [("WS_URL", ""), ("ALLOWED_ORIGINS", "")];
    let web = [&same_origin[..], &[("SECRET_KEY", &*one)]].concat();
    let ws = [&same_origin[..], &[("SECRET_KEY", &*other)]].concat();
    let site = Site::start_each(Data::sqlite(), &web, &ws).await;
    let nginx = Balancer::start(BalancerKind::Nginx, &upstreams(&site)).await;
    Run::behind(&nginx, "0").await.has_error("session", "SECRET_KEY");

    let site = self::site(&[("TRUSTED_PROXIES", "none")]).await;
    let nginx = Balancer::start(BalancerKind::Nginx, &upstreams(&site)).await;
    Run::behind(&nginx, "0").await.has_error("proxy", "TRUSTED_PROXIES");

    // Pages and sockets have different ports, and ws-server is not told the pages' origin.
    let site = Site::start_with(Data::sqlite(), &[("ALLOWED_ORIGINS", "")]).await;
    let run = Run::json(&format!("http://localhost:{}", site.web_port()), &["--idle", "0"]).await;
    run.has_error("origin", "to ALLOWED_ORIGINS");
}

#[tokio::test]
async fn opens_sockets_by_token_on_a_host_without_the_cookie() {
    let (data, port) = (Data::sqlite(), free_port());
    let (database, number, ws_url) = (data.url().to_owned(), port.to_string(), format!("ws://127.0.0.1:{port}"));
    let site = Site::start_each(data, &[("WS_URL", &ws_url)], &[]).await;
    let (redis, origin) = (site.line.url(&site.redis.url()), site.door().origin());
    let variables = [("WS_PORT", &*number), ("DATABASE_URL", &*database), ("REDIS_URL", &*redis), ("ALLOWED_ORIGINS", &*origin)];
    let ws = Program::start("ws-server", &variables, &[]);
    ws.listens(port).await;
    let run = Run::json(&origin, &["--idle", "1"]).await;
    assert!(run.code == Some(0) && run.at("warning").is_empty(), "{}", run.output);
    for topic in ["socket", "frame", "idle"] {
        assert!(run.at("ok").iter().any(|finding| finding["topic"] == topic), "{topic}: {}", run.output);
    }
    assert!(run.at("note").iter().any(|finding| finding["topic"] == "reach"), "{}", run.output);
}

#[tokio::test]
async fn finds_metrics_that_strangers_read() {
    let metrics = free_port();
    let bind = format!("127.0.0.1:{metrics}");
    let same_origin = [("WS_URL", ""), ("ALLOWED_ORIGINS", "")];
    let site = Site::start_each(Data::sqlite(), &[&same_origin[..], &[("METRICS_BIND", &*bind)]].concat(), &same_origin).await;
    let edit = format!("s#location / \\{{#location /metrics {{ proxy_pass http://{bind}; }} location / {{#");
    let nginx = Balancer::start_edited(BalancerKind::Nginx, &upstreams(&site), &edit).await;
    Run::behind(&nginx, "0").await.has_error("metrics", "METRICS_BIND");
    // The address of the metrics is a server too, and no site.
    Run::json(&format!("http://{bind}"), &[]).await.has_error("foreign", "is no Catamaran site");
}

#[tokio::test]
async fn says_plainly_why_nothing_can_be_examined() {
    let site = site(&[]).await;
    let nginx = Balancer::start(BalancerKind::Nginx, &upstreams(&site)).await;
    let dead = free_port();
    for (url, topic, words) in [
        (format!("http://localhost:{dead}"), "reach", "the connection fails"),
        // Too long a name: no resolver is asked.
        (format!("http://{}.example", "x".repeat(64)), "reach", "its name has no address"),
        (format!("http://localhost:{}", nginx.https_port()), "scheme", "examine https://localhost"),
        (format!("https://localhost:{}", nginx.http_port()), "reach", "try http://"),
        (format!("http://localhost:{}", site.redis.port()), "reach", "try https://"),
    ] {
        Run::json(&url, &[]).await.has_error(topic, words);
    }
    let untrusted = Run::json(&format!("https://localhost:{}", nginx.https_port()), &["--idle", "0"]).await;
    untrusted.has_error("certificate", "--ca FILE");
    for url in ["ftp://localhost", "localhost:8000", "https://user:hunter2@localhost"] {
        let run = Run::of(url, &[]).await;
        assert_eq!(run.code, Some(2), "{url}: {}", run.output);
        assert!(run.output.contains("https://chat.example") && !run.output.contains("hunter2"), "{}", run.output);
    }
}
