//! The files under `deploy/` are read by the programs that they are for.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use testbed::Program;

fn deploy(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy")).join(name)
}

/// Runs a command that must succeed. Returns its output, standard error first.
fn succeeds(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap_or_else(|fault| panic!("{command:?}: {fault}"));
    let output = format!("{}{}", String::from_utf8_lossy(&stderr), String::from_utf8_lossy(&stdout));
    assert!(status.success(), "{command:?}: {status}\n{output}");
    output
}

fn copy(from: &Path, to: &Path) {
    succeeds(Command::new("cp").arg("-rT").args([from, to]));
}

/// A file system with the units of `deploy/systemd` and the programs that they start.
fn machine(folders: &[&str]) -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let (units, programs) = (root.path().join("etc/systemd/system"), root.path().join("usr/local/bin"));
    for folder in [&units, &programs, &root.path().join("usr/lib/systemd")] {
        std::fs::create_dir_all(folder).expect("a folder");
    }
    copy(Path::new("/usr/lib/systemd/system"), &root.path().join("usr/lib/systemd/system"));
    for folder in folders {
        copy(&deploy(folder), &units);
    }
    for program in ["http-server", "ws-server"] {
        assert!(Program::path(program).is_file());
        // Any program will do: systemd-analyze asks whether it can be run. It follows no link out of `root`.
        std::fs::copy("/bin/true", programs.join(program)).expect("a program");
    }
    root
}

fn analyze(verb: &str, root: &TempDir) -> Command {
    let mut command = Command::new("systemd-analyze");
    command.arg(verb).arg(format!("--root={}", root.path().display()));
    command
}

/// systemd-analyze succeeds where it ignores a key. So its output must be empty.
fn verify(root: &TempDir, units: &[&str]) -> String {
    succeeds(analyze("verify", root).args(units))
}

#[test]
fn systemd_accepts_the_units() {
    assert_eq!(verify(&machine(&["systemd"]), &["catamaran-web@8000.service", "catamaran-ws@8001.service"]), "");
    let activated = machine(&["systemd", "systemd/activated"]);
    for name in ["catamaran-web@8000", "catamaran-ws@8001"] {
        assert_eq!(verify(&activated, &[&format!("{name}.socket"), &format!("{name}.service")]), "");
    }
}

#[test]
fn systemd_reports_an_unknown_key_of_a_unit() {
    let root = machine(&["systemd"]);
    let unit = root.path().join("etc/systemd/system/catamaran-web@.service");
    let text = std::fs::read_to_string(&unit).expect("the unit").replace("TimeoutStopSec", "TimeoutStoppSec");
    std::fs::write(&unit, text).expect("the unit");
    assert!(verify(&root, &["catamaran-web@8000.service"]).contains("TimeoutStoppSec"));
}

/// systemd's own measure of a service's rights: 10 without hardening, below 2 here.
#[test]
fn systemd_finds_the_services_hardened() {
    let root = machine(&["systemd"]);
    for unit in ["catamaran-web@8000.service", "catamaran-ws@8001.service"] {
        succeeds(analyze("security", &root).args(["--offline=yes", "--threshold=20", "--no-pager", unit]));
    }
}
