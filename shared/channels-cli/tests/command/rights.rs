//! Users, certificates and databases: errors name exactly the rights and settings that are missing.

use testbed::{Authority, Issued, Redis, RedisOptions};

use crate::kit::{DIALECTS, run};

const EVENT: &str = r#"{"type": "a"}"#;

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn works_with_the_rights_of_a_django_user() {
    let redis = Redis::start().await;
    redis.cli(&["ACL", "SETUSER", "django", "on", ">secret", "~asgi*", "&asgi*", "+@all"]).await;
    for dialect in DIALECTS {
        let url = redis.url().replace("redis://", "redis://django:secret@");
        let variables = [("CHANNEL_LAYER", dialect.to_owned()), ("REDIS_URL", url)];
        let doctor = run(&variables, &["doctor"], "").await.ok();
        assert!(doctor.contains(&format!("lets this user do what {dialect} does")), "{doctor}");
        assert!(!doctor.contains("secret"), "{doctor}");
    }
}

#[tokio::test]
async fn doctor_names_exactly_the_right_that_is_missing() {
    let redis = Redis::start().await;
    for (dialect, rules, advice) in [
        ("redis-core", "~asgi* &asgi* +@all -@scripting", "-> ACL SETUSER NAME +script|load +evalsha"),
        ("redis-core", "~asgi* &asgi* +@all -evalsha", "-> ACL SETUSER NAME +evalsha"),
        ("redis-core", "~shop* &asgi* +@all", "-> ACL SETUSER NAME '~asgi*'"),
        ("redis-pubsub", "~asgi* &shop* +@all", "-> ACL SETUSER NAME '&asgi*'"),
        ("redis-pubsub", "~asgi* &asgi* +@all -publish", "-> ACL SETUSER NAME +publish"),
    ] {
        redis
            .cli(&[&["ACL", "SETUSER", "low", "reset", "on", ">secret"], &rules.split(' ').collect::<Vec<_>>()[..]].concat())
            .await;
        let url = redis.url().replace("redis://", "redis://low:secret@");
        let variables = [("CHANNEL_LAYER", dialect.to_owned()), ("REDIS_URL", url)];
        let doctor = run(&variables, &["doctor", "--timeout", "1"], "").await;
        assert_eq!(doctor.code, Some(1), "{}", doctor.out);
        assert!(words(&doctor.out).contains(advice), "{rules}: {}", doctor.out);
        let sent = run(&variables, &["group-send", "a", EVENT, "--timeout", "1"], "").await;
        assert!(sent.code == Some(1) && sent.err.contains("ACL SETUSER NAME"), "{}", sent.err);
    }
}

#[tokio::test]
async fn connects_with_a_private_authority_and_a_client_certificate() {
    let authority = Authority::new();
    let certificate = Some(authority.issue("DNS:localhost,IP:127.0.0.1"));
    let redis = Redis::start_with(RedisOptions { certificate, asks_clients: true, ..RedisOptions::default() }).await;
    let Issued { certificate, key, authority } = authority.issue("DNS:client");
    let path = |path: &std::path::Path| path.display().to_string();
    for dialect in DIALECTS {
        let mut variables = vec![("CHANNEL_LAYER", dialect.to_owned()), ("REDIS_URL", redis.url())];
        let unknown = run(&variables, &["doctor", "--timeout", "1"], "").await;
        assert!(unknown.code == Some(1) && words(&unknown.out).contains("REDIS_TLS_CA"), "{}", unknown.out);
        variables.push(("SSL_CERT_FILE", path(&authority)));
        let asked = run(&variables, &["group-send", "a", EVENT, "--timeout", "1"], "").await;
        assert!(asked.code == Some(1) && asked.err.contains("REDIS_TLS_CERTIFICATE"), "{}", asked.err);
        variables.extend([("REDIS_TLS_CERTIFICATE", path(&certificate)), ("REDIS_TLS_KEY", path(&key))]);
        run(&variables, &["doctor"], "").await.ok();
        // The variables may hold contents instead of paths, for platforms without files.
        let contents = |name: &str| std::fs::read_to_string(name).unwrap();
        let inline = variables[..2].iter().cloned().chain([
            ("REDIS_TLS_CA", contents(&variables[2].1)),
            ("REDIS_TLS_CERTIFICATE", contents(&variables[3].1)),
            ("REDIS_TLS_KEY", contents(&variables[4].1)),
        ]);
        run(&inline.collect::<Vec<_>>(), &["group-send", "a", EVENT], "").await.ok();
    }
}

#[tokio::test]
async fn warns_that_databases_do_not_separate_publish_and_subscribe() {
    let redis = Redis::start().await;
    for (dialect, path, prefix, warns) in [
        ("redis-pubsub", "/2", "asgi", true),
        ("redis-pubsub", "?db=2", "asgi", true),
        ("redis-pubsub", "/2", "shop", false),
        ("redis-pubsub", "/0", "asgi", false),
        ("redis-core", "/2", "asgi", false),
    ] {
        let url = format!("{}{path}", redis.url());
        let variables = [
            ("CHANNEL_LAYER", dialect.to_owned()),
            ("REDIS_URL", url),
            ("CHANNEL_PREFIX", prefix.to_owned()),
            ("RUST_LOG", "warn".to_owned()),
        ];
        let doctor = run(&variables, &["doctor"], "").await;
        assert_eq!(words(&doctor.out).contains("the same in all databases"), warns, "{path} {}", doctor.out);
        let sent = run(&variables, &["group-send", "a", EVENT], "").await;
        assert_eq!(sent.err.contains("REDIS_URL names database 2"), warns, "{path} {}", sent.err);
    }
}
