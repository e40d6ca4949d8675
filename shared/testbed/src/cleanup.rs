//! Ends all servers with the test process, however it ends.
//!
//! `Drop` runs after a panic or a return, but not after `kill -9` or Ctrl-C, and not for statics. So a shell runs beside the test process
//! and reads from a pipe what to clean up. The kernel closes the pipe when the test process ends. Then the shell kills the remaining
//! processes and removes the folders.
//!
//! The kernel's "signal on parent's death" cannot be used: it follows the *thread* that started the child. The test runner starts a thread
//! for each test, so a server that two tests share would end early.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use tempfile::TempDir;

/// Keeps a list of process groups and folders. At the end of its input it ends the groups and removes the folders. Groups get SIGTERM
/// first and have twenty seconds together: a killed PostgreSQL leaves a segment of shared memory, and a killed script leaves its children.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
groups=' ' folders='' mounts=''
while read -r verb what; do
    case $verb in
        watch) groups="$groups$what " ;;
        forget) groups="${groups%% $what *} ${groups#* $what }" ;;
        folder) folders="$folders
$what" ;;
        mount) mounts="$mounts $what" ;;
    esac
done
for group in $groups; do kill -TERM "-$group" 2>/dev/null; done
tries=0
for group in $groups; do
    while [ $tries -lt 200 ] && kill -0 "-$group" 2>/dev/null; do sleep 0.1; tries=$((tries + 1)); done
    kill -9 "-$group" 2>/dev/null
done
for mounted in $mounts; do umount -l "$mounted" 2>/dev/null || sudo -n umount -l "$mounted" 2>/dev/null; done
printf '%s\n' "$folders" | while read -r folder; do
    if [ -n "$folder" ]; then rm -rf -- "$folder"; fi
done
"#;

/// Kills the group of `pid` when this process ends.
pub(crate) fn watch(pid: i32) {
    send_line(&format!("watch {pid}\n"));
}

/// Forgets the group of `pid`, which has ended. The system may use its number again.
pub(crate) fn forget(pid: i32) {
    send_line(&format!("forget {pid}\n"));
}

/// Makes a folder that is removed when this process ends.
pub(crate) fn folder() -> PathBuf {
    temporary().keep()
}

/// Makes a folder that is removed with its owner, or at the latest when this process ends.
pub(crate) fn temporary() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("catamaran-test-")
        .tempdir()
        .expect("the folder for temporary files can be written (TMPDIR, else /tmp)");
    send_line(&format!("folder {}\n", as_line(folder.path())));
    folder
}

/// Makes a folder for a mount. It is unmounted and removed when this process ends.
pub(crate) fn mounted() -> PathBuf {
    let folder = folder();
    send_line(&format!("mount {}\n", as_line(&folder)));
    folder
}

fn as_line(folder: &Path) -> &str {
    folder.to_str().filter(|path| !path.contains('\n')).expect("the folder for temporary files has a plain name")
}

fn send_line(line: &str) {
    static PIPE: OnceLock<Mutex<ChildStdin>> = OnceLock::new();
    PIPE.get_or_init(|| Mutex::new(start()))
        .lock()
        .expect("no thread panics while it holds the pipe")
        .write_all(line.as_bytes())
        .expect("the shell reads until this process ends");
}

fn start() -> ChildStdin {
    Command::new("/bin/sh")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C at the terminal must not end the shell that cleans up.
        .process_group(0)
        .spawn()
        .expect("/bin/sh starts")
        .stdin
        .take()
        .expect("its input is a pipe")
}
