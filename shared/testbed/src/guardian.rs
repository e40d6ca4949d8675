//! No server outlives the test process, however that ends.
//!
//! A panic or a return runs `Drop`; `kill -9`, Ctrl-C, and statics run nothing. So one shell is started beside the test
//! process and reads what to clean from a pipe. The kernel closes the pipe when the test process is gone, and then the
//! shell kills what is left and removes its folders. (The kernel's own "signal on parent's death" follows the *thread*
//! that started the child, and the test runner starts one for each test: a server shared by two tests would die early.)

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use tempfile::TempDir;

/// Keeps a list of process groups and folders; at the end of input ends the first and removes the second. Groups are
/// asked first and have twenty seconds together: a PostgreSQL that is only killed leaves a segment of shared memory, and a
/// script leaves what it started.
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

/// From now on the group of `pid` is killed when this process ends.
pub(crate) fn watch(pid: i32) {
    tell(&format!("watch {pid}\n"));
}

/// The group of `pid` is gone; its number may soon be somebody else's.
pub(crate) fn forget(pid: i32) {
    tell(&format!("forget {pid}\n"));
}

/// A folder for a server that lives as long as this process; removed when this process ends.
pub(crate) fn folder() -> PathBuf {
    temporary().keep()
}

/// A folder that goes away with its owner, or with this process where the owner had no time for it.
pub(crate) fn temporary() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("catamaran-test-")
        .tempdir()
        .expect("the folder for temporary files can be written (TMPDIR, else /tmp)");
    tell(&format!("folder {}\n", as_line(folder.path())));
    folder
}

/// A folder on which the caller mounts a file system; unmounted and removed when this process ends.
pub(crate) fn mounted() -> PathBuf {
    let folder = folder();
    tell(&format!("mount {}\n", as_line(&folder)));
    folder
}

fn as_line(folder: &Path) -> &str {
    folder.to_str().filter(|path| !path.contains('\n')).expect("the folder for temporary files has a plain name")
}

fn tell(line: &str) {
    static PIPE: OnceLock<Mutex<ChildStdin>> = OnceLock::new();
    PIPE.get_or_init(|| Mutex::new(start()))
        .lock()
        .expect("nobody panics while holding the pipe")
        .write_all(line.as_bytes())
        .expect("the guardian reads until this process ends");
}

fn start() -> ChildStdin {
    Command::new("/bin/sh")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C at the terminal ends the test's group, not the one who cleans up after it.
        .process_group(0)
        .spawn()
        .expect("/bin/sh starts")
        .stdin
        .take()
        .expect("its input is a pipe")
}
