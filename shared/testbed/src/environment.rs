//! The environment of programs under test.

use std::process::Command;

/// The inherited variables. A developer's `DATABASE_URL`, for example, must not reach a program under test.
const INHERITED: [&str; 4] = ["PATH", "HOME", "TMPDIR", "RUST_BACKTRACE"];

/// Removes all variables from `command`'s environment except the inherited ones.
pub(crate) fn clear(command: &mut Command) {
    let inherited = INHERITED.iter().filter_map(|&key| Some((key, std::env::var_os(key)?)));
    command.env_clear().envs(inherited);
}
