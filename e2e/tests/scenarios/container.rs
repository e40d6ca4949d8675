//! The container image of `deploy/container`, built without a registry.
//!
//! The base holds the libraries of this machine, and the stage that compiles is replaced by a folder with a program that is built already.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use testbed::{Program, deploy_tool, free_port};
use tokio::net::TcpStream;

use crate::deploy_files::{deploy, succeeds};

/// The user of the image: not root.
const USER: &str = "65532:65532";

/// A store of images of its own.
struct Images(TempDir);

impl Images {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(&path).expect("a folder");
        path
    }

    fn buildah(&self) -> Command {
        let mut command = Command::new("buildah");
        // Folders in place of layered file systems, which a container must not mount.
        command.args(["--storage-driver", "vfs", "--root"]).arg(self.folder("store")).arg("--runroot").arg(self.folder("run"));
        command
    }

    /// An image with what http-server needs to run.
    fn build_base(&self) {
        let root = self.folder("base");
        for library in libraries(&Program::path("http-server")) {
            let folder = library.parent().expect("a library has a folder").strip_prefix("/").expect("an absolute path");
            succeeds(Command::new("install").arg("-Dt").arg(root.join(folder)).arg(&library));
        }
        let file = self.path("Basefile");
        std::fs::write(&file, "FROM scratch\nCOPY . /\n").expect("a file");
        succeeds(self.buildah().args(["bud", "-t", "localhost/base", "-f"]).arg(&file).arg(&root));
    }

    /// The files that the stage "build" would leave.
    fn compiled(&self) -> PathBuf {
        let (programs, _data) = (self.folder("compiled/programs"), self.folder("compiled/data"));
        succeeds(Command::new("strip").arg("-o").arg(programs.join("http-server")).arg(Program::path("http-server")));
        self.path("compiled")
    }

    fn build(&self) {
        self.build_base();
        let compiled = format!("build={}", self.compiled().display());
        let bases = ["BUILD_IMAGE=localhost/base", "BASE_IMAGE=localhost/base"];
        let mut command = self.buildah();
        command.args(["bud", "-t", "localhost/catamaran", "--build-context", &compiled]);
        command.args(bases.iter().flat_map(|base| ["--build-arg", base]));
        // The stage "build" copies the context. It is not used here, and an empty one is faster.
        succeeds(command.arg("-f").arg(deploy("container/Containerfile")).arg(self.folder("empty")));
    }

    /// The settings of containers from the image.
    fn config(&self) -> Value {
        let text = succeeds(self.buildah().args(["inspect", "--type", "image", "localhost/catamaran"]));
        let image: Value = serde_json::from_str(&text).expect("JSON");
        image["OCIv1"]["config"].clone()
    }

    /// The folder with the image's files.
    fn root(&self) -> PathBuf {
        let container = succeeds(self.buildah().args(["from", "localhost/catamaran"]));
        PathBuf::from(succeeds(self.buildah().args(["mount", container.trim()])).trim())
    }
}

/// The shared libraries of a program, and its loader.
fn libraries(program: &Path) -> Vec<PathBuf> {
    let text = succeeds(Command::new("ldd").arg(program));
    let paths = text.split_whitespace().filter(|word| word.starts_with("/lib"));
    paths.map(PathBuf::from).collect()
}

#[tokio::test]
async fn the_image_runs_http_server_without_root() {
    let images = Images::new();
    images.build();
    let config = images.config();
    assert_eq!((&config["User"], &config["WorkingDir"]), (&USER.into(), &"/data".into()), "{config}");
    assert_eq!((&config["Cmd"][0], &config["StopSignal"]), (&"http-server".into(), &"SIGTERM".into()), "{config}");
    let (root, port) = (images.root(), free_port());
    let mut chroot = Command::new("chroot");
    chroot.arg(format!("--userspec={USER}")).arg(root).args(["/usr/local/bin/http-server", "--alone"]);
    chroot.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    chroot.env("PORT", port.to_string()).env("CHANNEL_LAYER", "memory").env("DATABASE_URL", "sqlite:////data/catamaran.sqlite3");
    let _server = Running(chroot.spawn().expect("chroot runs"));
    testbed::eventually(std::time::Duration::from_secs(60), || async { TcpStream::connect(("127.0.0.1", port)).await.ok() })
        .await;
}

struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_container_file_has_no_finding() {
    assert_eq!(succeeds(deploy_tool("hadolint").arg(deploy("container/Containerfile"))), "");
}
