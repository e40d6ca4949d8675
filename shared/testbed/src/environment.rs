//! What a program inherits from the test.

use std::process::Command;

/// Nothing else: a `DATABASE_URL` of the developer's must not reach a program under test.
const INHERITED: [&str; 4] = ["PATH", "HOME", "TMPDIR", "RUST_BACKTRACE"];

/// Takes everything from `command`'s environment but what every program needs.
pub(crate) fn clear(command: &mut Command) {
    let inherited = INHERITED.iter().filter_map(|&key| Some((key, std::env::var_os(key)?)));
    command.env_clear().envs(inherited);
}
