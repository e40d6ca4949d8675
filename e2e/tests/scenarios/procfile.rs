//! `honcho start` in a checkout, with the Procfile as it is.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use e2e::{Data, Door, Person};
use testbed::{Program, Redis, deploy_tool, eventually, free_port};
use tokio::net::TcpStream;

use crate::deploy_files::{deploy, succeeds};

/// Longer than any start takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// Ends honcho, which ends its processes.
struct Honcho(Child);

impl Drop for Honcho {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// honcho in the checkout, with the programs of this build and no `.env`.
fn honcho(data: &Data, redis: &Redis, web: u16) -> Command {
    let built = Program::path("http-server");
    let mut honcho = deploy_tool("honcho");
    honcho.current_dir(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))).args(["-e", "/dev/null"]);
    honcho.env("BIN_DIR", built.parent().expect("a folder")).env("DATABASE_URL", data.url()).env("REDIS_URL", redis.url());
    honcho.env("PORT", web.to_string());
    honcho
}

/// Waits until a user can sign in, open a room and be in it.
async fn works(web: u16, ws: u16) {
    for port in [web, ws] {
        eventually(DEADLINE, || async { TcpStream::connect(("127.0.0.1", port)).await.ok() }).await;
    }
    let ada = Person::sign_in(&Door::http(web, ws), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let entered = eventually(DEADLINE, || async { ada.try_open(&format!("/ws/rooms/{code}/")).await.ok() });
    entered.await.frame("room.state").await;
}

#[tokio::test]
async fn honcho_runs_every_process_of_the_procfile() {
    let (data, redis, web, ws) = (Data::sqlite(), Redis::start().await, free_port(), free_port());
    let mut honcho = honcho(&data, &redis, web);
    honcho.env("WS_PORT", ws.to_string()).env("WS_URL", format!(":{ws}"));
    honcho.env("ALLOWED_ORIGINS", format!("http://localhost:{web}"));
    let _honcho = Honcho(honcho.arg("start").spawn().expect("honcho runs"));
    works(web, ws).await;
}

/// The files of Fly and Render, as TOML and YAML.
#[test]
fn the_files_of_fly_and_render_can_be_read() {
    for (read, file) in [
        ("import sys, tomllib; print(*sorted(tomllib.load(open(sys.argv[1], 'rb'))['processes']))", "fly/fly.toml"),
        ("import sys, yaml; print(*[it['type'] for it in yaml.safe_load(open(sys.argv[1]))['services']])", "render/render.yaml"),
    ] {
        let output = succeeds(deploy_tool("python").args(["-c", read]).arg(deploy(file)));
        assert!(["web ws", "web keyvalue"].contains(&output.trim()), "{output}");
    }
}
