//! The files under `deploy/` are read by the programs that they are for.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use testbed::{Program, deploy_tool};

pub(crate) fn deploy(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy")).join(name)
}

/// Runs a command that must succeed. Returns its output, standard error first.
pub(crate) fn succeeds(command: &mut Command) -> String {
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
    let shared = machine(&["systemd", "systemd/shared"]);
    for name in ["catamaran-web-shared", "catamaran-ws-shared"] {
        let units = ["@a.service", "@b.service", ".socket"].map(|end| format!("{name}{end}"));
        assert_eq!(verify(&shared, &units.each_ref().map(String::as_str)), "");
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
    let root = machine(&["systemd", "systemd/shared"]);
    for unit in ["catamaran-web@8000", "catamaran-ws@8001", "catamaran-web-shared@a", "catamaran-ws-shared@a"] {
        let unit = &format!("{unit}.service");
        succeeds(analyze("security", &root).args(["--offline=yes", "--threshold=20", "--no-pager", unit]));
    }
}

#[test]
fn kubernetes_accepts_the_manifests() {
    let manifests = deploy("kubernetes/catamaran.yaml");
    // The oldest version that the file promises, and the newest one that the validator knows.
    for version in ["1.30", "1.37"] {
        let output = succeeds(deploy_tool("kubernetes-validate").args(["--strict", "-k", version]).arg(&manifests));
        assert_eq!(output.matches("passed for resource").count(), 8, "{output}");
    }
}

/// Kubernetes sets WS_PORT=tcp://… in each pod for a Service that is named "ws".
#[test]
fn no_service_of_kubernetes_sets_a_port_of_ours() {
    let text = std::fs::read_to_string(deploy("kubernetes/catamaran.yaml")).expect("the manifests");
    assert_eq!(text.matches("enableServiceLinks: false").count(), text.matches("kind: Deployment").count());
    let services = text.split("\n---\n").filter(|document| document.contains("kind: Service\n"));
    let names: Vec<&str> =
        services.filter_map(|service| service.lines().find_map(|line| line.strip_prefix("  name: "))).collect();
    assert_eq!(names, ["catamaran-web", "catamaran-ws"]);
}

/// Reads a file as YAML and as the Compose specification has it. The specification's parser does not know YAML's merge keys.
const READ_COMPOSE: &str = "
import compose_spec, json, sys, yaml
services = yaml.safe_load(open(sys.argv[1]))
services['services']['web'].update(json.loads(sys.argv[2]))
print(sorted(compose_spec.PyCompose.from_json(json.dumps(services)).services))
";

#[test]
fn compose_accepts_its_file() {
    let read = |more: &str| {
        let mut command = deploy_tool("python");
        command.args(["-c", READ_COMPOSE]).arg(deploy("compose/compose.yaml")).arg(more);
        command
    };
    assert_eq!(succeeds(&mut read("{}")).trim(), "['caddy', 'postgres', 'redis', 'web', 'ws']");
    let wrong = read(r#"{"restarts": "always"}"#).output().expect("Python runs");
    assert!(!wrong.status.success(), "a wrong key is accepted");
}

#[test]
fn caddy_accepts_the_file_of_compose() {
    let mut caddy = Command::new("caddy");
    caddy.args(["adapt", "--validate", "--config"]).arg(deploy("compose/Caddyfile")).env("SITE_HOST", "catamaran.example");
    // A home of its own: Caddy makes folders there.
    let home = tempfile::tempdir().expect("a folder");
    let output = succeeds(caddy.env("HOME", home.path()).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME"));
    for upstream in [r#""name":"ws","port":"8001""#, r#""name":"web","port":"8000""#] {
        assert!(output.contains(upstream), "{output}");
    }
}
