//! The program itself: what it says and how it ends.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_http-server");

fn program(folder: &TempDir, vars: &[(&str, &str)], flags: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).env_clear().envs(vars.iter().copied()).args(flags);
    command
}

fn run(vars: &[(&str, &str)], flags: &[&str]) -> Output {
    program(&tempfile::tempdir().unwrap(), vars, flags).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn wrong_settings_end_it_with_2_and_a_line_each() {
    let output = run(&[("PORT", "x"), ("LOG_FORMAT", "xml"), ("SECRET_KEY", "hunter2")], &[]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert_eq!(text.lines().count(), 3, "{text}");
    for (line, variable) in text.lines().zip(["PORT", "SECRET_KEY", "LOG_FORMAT"]) {
        assert!(line.starts_with(&format!("http-server: {variable} is ")) && line.contains("expected"), "{line}");
    }
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_layer_that_ws_server_cannot_hear_is_refused() {
    let output = run(&[("CHANNEL_LAYER", "memory")], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--alone"), "{}", stderr(&output));
}

#[test]
fn a_taken_port_ends_it_with_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&[], &["--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains(&port) && text.contains("another program"), "{text}");
}

#[test]
fn a_database_that_cannot_be_used_ends_it_with_1() {
    let output = run(&[("DATABASE_URL", "sqlite:/nowhere/at/all.sqlite3"), ("RUST_LOG", "off")], &["--port", "0"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains("/nowhere/at/all.sqlite3") && text.contains("DATABASE_URL"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn migrate_only_makes_the_database_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = program(&folder, &[("DATABASE_URL", "sqlite:made.sqlite3")], &["--migrate-only"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    assert!(folder.path().join("made.sqlite3").is_file());
}

#[test]
fn the_version_is_told() {
    let output = run(&[], &["--version"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.trim(), format!("http-server {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn sigterm_ends_it_with_0_and_the_log_is_json_where_asked() {
    let folder = tempfile::tempdir().unwrap();
    let vars = [("CHANNEL_LAYER", "memory"), ("LOG_FORMAT", "json")];
    let mut child = program(&folder, &vars, &["--alone", "--port", "0"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut seen = String::new();
    loop {
        let from = seen.len();
        assert_ne!(log.read_line(&mut seen).unwrap(), 0, "it ended before it listened: {seen}");
        let line: serde_json::Value = serde_json::from_str(&seen[from..]).unwrap();
        assert!(line["ts"].is_string() && line["level"].is_string() && line["target"].is_string(), "{line}");
        if line["msg"].as_str().unwrap().contains("listens on http://127.0.0.1:") {
            break;
        }
    }
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    log.read_to_string(&mut seen).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{seen}");
    assert!(seen.contains("SIGTERM") && seen.contains("has stopped"), "{seen}");
}
