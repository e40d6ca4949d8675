//! Python programs in the tests' virtual environment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use testbed::{Script, eventually};
use tokio::net::TcpStream;

const DEADLINE: Duration = Duration::from_secs(60);

/// Starts `python` with these arguments; modules are looked for in `folder` first.
pub(crate) fn start(folder: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Script {
    let mut all = vec![("PYTHONPATH", folder), ("PYTHONUNBUFFERED", "1"), ("PYTHONDONTWRITEBYTECODE", "1")];
    all.extend_from_slice(variables);
    Script::start(&interpreter(), &all, arguments)
}

/// Serves `application` with Daphne on `port`, and waits until somebody listens there.
pub(crate) async fn daphne(folder: &str, variables: &[(&str, &str)], application: &str, port: u16) -> Script {
    let given = port.to_string();
    let daphne = start(folder, variables, &["-m", "daphne", "-b", "127.0.0.1", "-p", &given, application]);
    daphne.log_line(|line| line.contains("Listening on TCP address")).await;
    eventually(DEADLINE, || async { TcpStream::connect(("127.0.0.1", port)).await.ok() }).await;
    daphne
}

/// Test programs lie somewhere below the target folder.
fn interpreter() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let mut candidates = test.ancestors().map(|folder| folder.join("testbed/python/bin/python"));
    candidates.find(|candidate| Path::is_file(candidate)).expect("Python with Django: `make install` puts it below target/")
}
