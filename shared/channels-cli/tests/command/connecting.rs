//! TLS and Unix sockets.

use testbed::{Redis, RedisOptions};

use crate::kit::{DIALECTS, run};

#[tokio::test]
async fn connects_with_a_self_signed_certificate() {
    let redis = Redis::start_with(RedisOptions { tls: true, ..RedisOptions::default() }).await;
    for dialect in DIALECTS {
        let variables = vec![("CHANNEL_LAYER", dialect.to_owned()), ("REDIS_URL", redis.url())];
        let doctor = run(&variables, &["doctor"], "").await;
        assert!(doctor.code == Some(1) && doctor.out.contains("REDIS_TLS_INSECURE=true"), "{}", doctor.out);
        let variables = [variables, vec![("REDIS_TLS_INSECURE", "true".to_owned())]].concat();
        run(&variables, &["doctor"], "").await.ok();
    }
}

#[tokio::test]
async fn doctor_advises_on_tls_mismatches() {
    let plain = Redis::start().await;
    let secure = Redis::start_with(RedisOptions { tls: true, ..RedisOptions::default() }).await;
    for url in [plain.url().replace("redis:", "rediss:"), secure.url().replace("rediss:", "redis:")] {
        let doctor = run(&[("REDIS_URL", url)], &["doctor"], "").await;
        assert!(doctor.code == Some(1) && doctor.out.contains("rediss://"), "{}", doctor.out);
    }
}

#[tokio::test]
async fn connects_over_a_unix_socket() {
    let redis = Redis::start_with(RedisOptions { unix_socket: true, ..RedisOptions::default() }).await;
    for dialect in DIALECTS {
        let variables = [("CHANNEL_LAYER", dialect.to_owned()), ("REDIS_URL", redis.url())];
        run(&variables, &["doctor"], "").await.ok();
    }
}
