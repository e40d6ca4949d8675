//! Failures: the error text advises what to do, and the exit code is right.

use testbed::{Redis, RedisOptions, free_port};

use crate::kit::{DIALECTS, Outcome, Setup, run};

const EVENT: &str = r#"{"type": "a"}"#;

fn variables(layer: &str, url: &str) -> [(&'static str, String); 2] {
    [("CHANNEL_LAYER", layer.to_owned()), ("REDIS_URL", url.to_owned())]
}

/// Asserts that every command that needs Redis fails, with each of `words` in its error.
async fn each_fails(layer: &str, url: &str, words: &[&str]) {
    let variables = variables(layer, url);
    let commands: [&[&str]; 4] = [&["group-send", "a", EVENT], &["send", "a", EVENT], &["tail", "a"], &["members", "a"]];
    for command in commands {
        let Outcome { code, out, err } = run(&variables, &[command, &["--timeout", "1"]].concat(), "").await;
        assert_eq!((code, out.as_str()), (Some(1), ""), "{command:?}: {err}");
        for word in words {
            assert!(err.contains(word), "{command:?}: {word:?} is missing in {err}");
        }
        assert!(!err.contains("secret"), "{err}");
    }
}

#[tokio::test]
async fn fails_without_redis() {
    let url = format!("redis://:secret@127.0.0.1:{}", free_port());
    for dialect in DIALECTS {
        each_fails(dialect, &url, &["127.0.0.1:", "refused"]).await;
        let doctor = run(&variables(dialect, &url), &["doctor"], "").await;
        assert_eq!(doctor.code, Some(1));
        assert!(doctor.out.contains("-> is Redis running") && doctor.out.contains("\n1 error, "), "{}", doctor.out);
        assert!(!doctor.out.contains("secret"), "{}", doctor.out);
    }
}

#[tokio::test]
async fn fails_with_a_wrong_password() {
    let redis = Redis::start_with(RedisOptions { password: Some("right".to_owned()), ..RedisOptions::default() }).await;
    let url = redis.url().replace("right", "secret");
    for dialect in DIALECTS {
        each_fails(dialect, &url, &["WRONGPASS"]).await;
        let doctor = run(&variables(dialect, &url), &["doctor"], "").await;
        assert!(doctor.out.contains("-> REDIS_URL needs the right password"), "{}", doctor.out);
        run(&variables(dialect, &redis.url()), &["group-send", "a", EVENT], "").await.ok();
    }
}

#[tokio::test]
async fn times_out_if_redis_is_frozen() {
    let redis = Redis::start().await;
    redis.freeze();
    for dialect in DIALECTS {
        let sent = run(&variables(dialect, &redis.url()), &["group-send", "a", EVENT, "--timeout", "1"], "").await;
        assert_eq!(sent.code, Some(1));
        assert!(sent.err.contains("no connection within 1 s"), "{}", sent.err);
    }
    let doctor = run(&variables("redis-core", &redis.url()), &["doctor"], "").await;
    assert!(doctor.code == Some(1) && doctor.out.contains("error"), "{}", doctor.out);
}

#[tokio::test]
async fn rejects_a_cluster_for_core_and_a_single_server_for_cluster() {
    let node = Redis::start_with(RedisOptions { cluster_bus: Some(free_port()), ..RedisOptions::default() }).await;
    let sent = run(&variables("redis-core", &node.url()), &["group-send", "a", EVENT], "").await;
    assert_eq!(sent.code, Some(1));
    assert!(sent.err.contains("node of a Cluster") && sent.err.contains("redis-cluster"), "{}", sent.err);
    let doctor = run(&variables("redis-core", &node.url()), &["doctor"], "").await;
    assert!(doctor.code == Some(1) && doctor.out.contains("CHANNEL_LAYER=redis-cluster where all"), "{}", doctor.out);

    let plain = Redis::start().await;
    let doctor = run(&variables("redis-cluster", &plain.url()), &["doctor"], "").await;
    assert!(doctor.code == Some(1) && doctor.out.contains("CHANNEL_LAYER=redis-pubsub"), "{}", doctor.out);
}

#[tokio::test]
async fn rejects_wrong_arguments_without_a_connection() {
    let nowhere = variables("redis-core", "redis://127.0.0.1:1");
    for (arguments, words) in [
        (vec!["group-send", "a", "{"], vec!["not JSON", "for example"]),
        (vec!["group-send", "a", r#"{"text": "b"}"#], vec!["'type'", "for example"]),
        (vec!["send", "a", r#"{"type": "a", "v": {"$bytes": 1}}"#], vec!["base64"]),
        (vec!["send", "a!b!c", EVENT], vec!["argument 2", "<CHANNEL>", "channel name"]),
        (vec!["tail", "room", "a b"], vec!["argument 3", "<GROUP>", "group name"]),
        (vec!["members"], vec!["<GROUP>"]),
        (vec!["dcotor"], vec!["argument 1", "expected one of group-send, send, tail"]),
        (vec!["doctor", "--timeout", "90"], vec!["argument 3", "from 1 to 60"]),
        (vec!["doctor", "--layer", "memory"], vec!["redis-core"]),
    ] {
        let Outcome { code, out, err } = run(&nowhere, &arguments, "").await;
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(words.iter().all(|word| err.contains(word)), "{arguments:?}: {err}");
    }
}

#[tokio::test]
async fn errors_repeat_no_word_of_the_command_line() {
    let nowhere = variables("redis-core", "redis://127.0.0.1:1");
    for secret in ["hunter2 x", "redis://:hunter2@h", "{\"key\": \"hunter2\"", "hunter2=", "hunter2\u{1b}[31m"] {
        let glued = ["-x", "--", "--layer=", "--timeout=", "-p", "--json="].map(|glue| format!("{glue}{secret}"));
        let mut lines: Vec<Vec<&str>> = glued.iter().flat_map(|word| [vec![word.as_str()], vec!["doctor", word]]).collect();
        lines.extend([vec![secret], vec!["doctor", secret], vec!["--layer", secret, "doctor"], vec!["--timeout", secret]]);
        lines.extend([vec!["tail", "a", secret], vec!["members", secret], vec!["send", secret, EVENT]]);
        lines.extend([vec!["send", "a", secret], vec!["group-send", secret, EVENT], vec!["tail", "a", "--count", secret]]);
        for arguments in lines {
            let Outcome { code, out, err } = run(&nowhere, &arguments, "").await;
            assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
            assert!(err.contains("expected") || err.contains("--help"), "{arguments:?}: {err}");
            assert!(!err.contains("hunter2"), "{arguments:?}: {err}");
        }
    }
    for event in [r#"{"type": "_hunter2"}"#, r#"{"type": "a", "v": {"$bytes": "hunter2!"}}"#, r#""hunter2""#, "[\"hunter2\"]"] {
        let Outcome { code, err, .. } = run(&nowhere, &["send", "a", event], "").await;
        assert!(code == Some(2) && err.contains("for example") && !err.contains("hunter2"), "{event}: {err}");
    }
}

#[tokio::test]
async fn errors_name_the_wrong_variables() {
    let memory = run(&variables("memory", ""), &["doctor"], "").await;
    assert_eq!(memory.code, Some(2));
    assert!(memory.err.contains("CHANNEL_LAYER is \"memory\"") && memory.err.contains("--layer"), "{}", memory.err);
    let several = run(&variables("redis-gore", "ftp://u:secret@h"), &["doctor"], "").await;
    assert_eq!((several.code, several.err.lines().count()), (Some(2), 2), "{}", several.err);
    assert!(several.err.contains("CHANNEL_LAYER") && several.err.contains("REDIS_URL") && !several.err.contains("secret"));
    let sentinels = [("REDIS_SENTINEL_MASTER", "m".to_owned())];
    let both = run(&sentinels, &["doctor", "--layer", "redis-cluster"], "").await;
    assert!(both.code == Some(2) && both.err.contains("REDIS_SENTINEL_MASTER"), "{}", both.err);
}

#[tokio::test]
async fn reports_a_redis_that_is_out_of_memory() {
    let config = vec!["maxmemory 1".to_owned()];
    let full = Redis::start_with(RedisOptions { config, ..RedisOptions::default() }).await;
    let setup = Setup { redis: vec![full], layer: "redis-core" };
    for refused in [setup.run(&["tail", "room"]).await, setup.run(&["send", "thumbnails", EVENT]).await] {
        assert!(refused.code == Some(1) && refused.err.contains("OOM"), "{refused:?}");
    }
    let doctor = setup.run(&["doctor"]).await;
    assert!(doctor.code == Some(1) && doctor.out.contains("OOM"), "{}", doctor.out);
    assert!(doctor.out.contains("-> Redis is full"), "{}", doctor.out);
}
