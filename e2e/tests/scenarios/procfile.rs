//! `honcho start` in a checkout, with the Procfile as it is.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use e2e::{Data, Door, Person};
use testbed::{Program, Redis, deploy_tool, eventually, free_port};

/// Ends honcho, which ends its processes.
struct Honcho(Child);

impl Drop for Honcho {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn honcho_runs_every_process_of_the_procfile() {
    let (data, redis, web, ws) = (Data::sqlite(), Redis::start().await, free_port(), free_port());
    let built = Program::path("http-server");
    let mut honcho = deploy_tool("honcho");
    honcho.current_dir(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))).args(["-e", "/dev/null", "start"]);
    honcho.env("BIN_DIR", built.parent().expect("a folder")).env("DATABASE_URL", data.url()).env("REDIS_URL", redis.url());
    honcho.env("PORT", web.to_string()).env("WS_PORT", ws.to_string());
    honcho.env("WS_URL", format!(":{ws}")).env("ALLOWED_ORIGINS", format!("http://localhost:{web}"));
    let _honcho = Honcho(honcho.spawn().expect("honcho runs"));
    for port in [web, ws] {
        eventually(Duration::from_secs(60), || async { tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok() }).await;
    }
    let ada = Person::sign_in(&Door::http(web, ws), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let entered = eventually(Duration::from_secs(60), || async { ada.try_open(&format!("/ws/rooms/{code}/")).await.ok() });
    entered.await.frame("room.state").await;
}
