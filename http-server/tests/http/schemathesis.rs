//! The server does what its OpenAPI document says: schemathesis sends 5,000 requests that the document allows or forbids.

use testbed::{Program, free_port, schemathesis};
use tokio::task::spawn_blocking;

const HOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis");
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
                      response_headers_conformance,unsupported_method";
const REQUESTS: usize = 5_000;
/// For each operation and phase; together they are somewhat more than [`REQUESTS`].
const EXAMPLES: &str = "200";

#[tokio::test]
async fn gives_no_undeclared_answer_in_5000_requests() {
    let port = free_port();
    let server = Program::start("http-server", &[("CHANNEL_LAYER", "memory")], &["--alone", "--port", &port.to_string()]);
    server.listens(port).await;
    let output = spawn_blocking(move || run(&format!("http://127.0.0.1:{port}"))).await.unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
    let sent = report.lines().find_map(|line| line.strip_prefix("requests sent: ")).and_then(|sent| sent.parse().ok());
    assert!(sent.is_some_and(|sent: usize| sent >= REQUESTS), "{report}");
}

fn run(server: &str) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = schemathesis();
    command.current_dir(&folder).env("BASE_URL", server).env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", HOOKS);
    command.args(["run", &format!("{server}/api/v1/openapi.json"), "--checks", CHECKS, "--mode", "all", "--no-color"]);
    // Always the same requests.
    command.args(["--seed", "1", "--max-examples", EXAMPLES, "--generation-database", "none"]);
    command.output().unwrap()
}
