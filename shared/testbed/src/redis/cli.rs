//! `redis-cli`.

use std::process::Command;

use crate::binaries;

/// Returns the output of `redis-cli` for `command` or its error. `arguments` name the server.
pub(crate) async fn ask(arguments: Vec<String>, password: Option<&str>, command: &[&str]) -> Result<String, String> {
    let mut cli = Command::new(binaries::find(&["redis-cli", "valkey-cli"]));
    cli.arg("-e").args(arguments).args(command);
    if let Some(password) = password {
        cli.env("REDISCLI_AUTH", password);
    }
    let output = tokio::task::spawn_blocking(move || cli.output())
        .await
        .expect("the task runs to its end")
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(text) } else { Err(text + &String::from_utf8_lossy(&output.stderr)) }
}
