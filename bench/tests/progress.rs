//! `bench one` with a real server: progress on stderr, the table on stdout.

use std::process::{Command, Output};

const ARGUMENTS: [&str; 8] = ["one", "--sockets", "5", "--rate", "10", "--seconds", "1", "bare-tcp"];

fn run(mut command: Command) -> (String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
    assert!(status.success(), "{stdout}{stderr}");
    (stdout, stderr)
}

#[test]
fn prints_plain_lines_where_stderr_is_no_terminal() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench"));
    command.args(ARGUMENTS).args(["--rounds", "2"]);
    let (stdout, stderr) = run(command);
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 4, "two measurements, each with its beginning and its figures: {stderr}");
    assert_eq!(lines[0], "[1/2] bare TCP (run: 0 s so far, about 10 s left)");
    assert!(lines[1].starts_with("Fan-out to 5 sockets, bare TCP: server µs: "), "{stderr}");
    assert!(lines[2].starts_with("[2/2] bare TCP (run: "), "{stderr}");
    assert!(stdout.starts_with("### Fan-out to 5 sockets\n") && stdout.contains("\n| bare TCP | "), "{stdout}");
    assert!(!stdout.contains("[1/2]") && !stderr.contains(['\r', '\x1b']), "{stdout}{stderr}");
}

#[test]
fn updates_one_line_on_a_terminal() {
    let program = [env!("CARGO_BIN_EXE_bench")].iter().chain(&ARGUMENTS).copied().collect::<Vec<_>>().join(" ");
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &program, "/dev/null"]).env("TERM", "xterm").env("COLUMNS", "120");
    let (terminal, _) = run(command);
    let (line, _) = terminal.split_once("### ").unwrap_or((&terminal, ""));
    assert!(line.contains("[1/1] bare TCP: 0s (run: 0 s so far, about 5 s left)"), "{terminal:?}");
    let seconds = line.split("[1/1] bare TCP: ").skip(1).filter_map(|rest| rest.split_once('s'));
    assert!(seconds.into_iter().any(|(seconds, _)| seconds != "0"), "the line's clock runs: {terminal:?}");
    assert!(line.contains("\x1b[2K") || line.contains("\x1b[K"), "the line is cleared before the table: {terminal:?}");
}

#[test]
fn measures_idle_sockets_of_two_builds() {
    let own = std::path::Path::new(env!("CARGO_BIN_EXE_bench")).parent().expect("a program lies in a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench"));
    command.args(["one", "--idle", "--sockets", "5", "ours-memory", "--before"]).arg(own);
    let (stdout, stderr) = run(command);
    assert!(stderr.starts_with("[1/2] Catamaran, memory, before (run: "), "{stderr}");
    assert!(stdout.contains("\n| Catamaran, memory, before | ") && stdout.contains("\n| Catamaran, memory | "), "{stdout}");
    assert!(stdout.contains("\nCatamaran, memory, against before: "), "{stdout}");
}
