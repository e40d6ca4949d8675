//! An ordinary user for servers that refuse to run as root.

use std::path::Path;
use std::process::Command;

/// The user of a server if the tests run as root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User {
    uid: u32,
    gid: u32,
}

impl User {
    /// `None` if the tests do not run as root, since then all processes run as an ordinary user already.
    pub(crate) fn ordinary() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let user = ["postgres", "nobody"]
            .iter()
            .find_map(|name| users.lines().find_map(|line| Self::parse(line, name)))
            .expect("as root, PostgreSQL needs a user named postgres or nobody in /etc/passwd");
        Some(user)
    }

    fn parse(line: &str, wanted: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (name == wanted).then_some(Self { uid, gid })
    }
}

/// Returns a command that runs `program` as `user`, or as the current user. `setpriv` execs the program, so the process keeps its number.
pub(crate) fn command_as(user: Option<User>, program: &Path) -> Command {
    let Some(User { uid, gid }) = user else {
        return Command::new(program);
    };
    let mut command = Command::new(crate::binaries::find(&["setpriv"]));
    command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).args(["--clear-groups", "--"]).arg(program);
    command
}

/// Makes `user` the owner of `folder`.
pub(crate) fn hand_over(folder: &Path, user: Option<User>) {
    if let Some(User { uid, gid }) = user {
        std::os::unix::fs::chown(folder, Some(uid), Some(gid)).expect("root can give a folder away");
    }
}
