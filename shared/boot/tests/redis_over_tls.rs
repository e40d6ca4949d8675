//! Settings as Heroku gives them: `rediss://` and a self-signed certificate. With no TLS provider chosen, or with two of
//! them, the first connection would panic.

use std::time::Duration;

use catamaran_boot::{Flags, Program, Role, Settings, settings::read_vars};
use testbed::{Redis, RedisOptions, eventually};

#[tokio::test]
async fn a_started_process_reaches_redis_over_tls() {
    let redis = Redis::start_with(RedisOptions { tls: true, password: Some("sesame".into()), ..RedisOptions::default() }).await;
    let environment = |name: &str| match name {
        "REDIS_URL" => Some(redis.url()),
        "REDIS_TLS_INSECURE" => Some("true".to_owned()),
        _ => None,
    };
    let program = Program::new("test", "1", Role::Sockets);
    let settings = read_vars(environment, |reader| Settings::read(reader, program, &Flags::default())).unwrap();
    let layer = catamaran_boot::start_layer(&settings).await.unwrap();
    eventually(Duration::from_secs(20), async || layer.status().is_up().then_some(())).await;
}
