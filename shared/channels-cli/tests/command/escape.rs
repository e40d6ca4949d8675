//! The tool escapes control characters in text from outside.

use serde_json::{Value, json};

use crate::kit::{DIALECTS, PATIENCE, Setup, member, run};

const ODD: &str = "\u{9b}31m\u{202e}gnp.exe\u{2066}\u{7f}\u{85}안녕👩\u{200d}🚀";

fn needs_escape(c: char) -> bool {
    c.is_control() && c != '\n' || "\u{202e}\u{2066}".contains(c)
}

#[tokio::test]
async fn tail_escapes_control_characters() {
    for dialect in DIALECTS {
        let setup = Setup::of(dialect, 1).await;
        let variables = setup.variables();
        let tail = tokio::spawn(async move { run(&variables, &["tail", "room", "--count", "1"], "").await });
        let event = json!({ "type": "chat.message", "text": ODD, ODD: 1 });
        let layer = setup.connect().await;
        let message = catamaran::Message::new(&event).unwrap();
        testbed::eventually(PATIENCE, async || {
            let sent = layer.group_send(&crate::kit::group("room"), &message).await.unwrap();
            (sent.reached > 0).then_some(())
        })
        .await;
        let outcome = tail.await.unwrap();
        assert!(!outcome.out.contains(needs_escape) && outcome.out.contains("\\u009b"), "{:?}", outcome.out);
        assert!(outcome.out.contains("안녕👩\u{200d}🚀"), "{:?}", outcome.out);
        let line: Value = serde_json::from_str(outcome.ok().lines().next().unwrap()).unwrap();
        assert_eq!(line["event"], event);
    }
}

#[tokio::test]
async fn members_escapes_names_that_are_not_utf8() {
    let setup = Setup::of("redis-core", 1).await;
    let process = setup.connect().await;
    let _member = member(&process, "room").await;
    let write = "redis.call('ZADD', KEYS[1], '9999999999', '\\255\\155bad', '9999999999', 'a\\27[2Jb')";
    setup.redis[0].cli(&["EVAL", write, "1", "asgi:group:room"]).await;
    let output = setup.run(&["members", "room"]).await.ok();
    assert!(output.contains("3 members of 3 processes") && !output.contains(needs_escape), "{output:?}");
    assert!(output.contains("\\xff\\x9bbad") && output.contains("a\\u001b[2Jb"), "{output}");
    assert!(output.contains("no channel's name: passed over") && output.contains("Catamaran"), "{output}");
    setup.run(&["doctor"]).await.ok();
}

#[tokio::test]
async fn doctor_and_groups_escape_topics_that_are_not_utf8() {
    let setup = Setup::of("redis-pubsub", 1).await;
    let process = setup.connect().await;
    let _member = member(&process, "room").await;
    // A subscriber whose topic is not UTF-8. An argument of redis-cli could not hold these bytes.
    let python = format!(
        "import socket,sys\ns=socket.create_connection(('127.0.0.1',{}))\ns.sendall(b'SUBSCRIBE asgi__group__\\xff\\x9b\\r\\n')\n\
         s.recv(100)\nprint('ready',flush=True)\nsys.stdin.read()",
        setup.redis[0].port()
    );
    let mut child = std::process::Command::new("python3")
        .args(["-c", &python])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.as_mut().unwrap()), &mut ready).unwrap();
    let groups = setup.run(&["groups"]).await.ok();
    let doctor = setup.run(&["doctor"]).await.ok();
    drop(child.stdin.take());
    child.wait().unwrap();
    assert!(groups.contains("2 groups") && groups.contains("\\xff\\x9b") && groups.contains("room "), "{groups}");
    assert!(doctor.contains("2 groups"), "{doctor}");
}

#[tokio::test]
async fn errors_about_arguments_escape_control_characters() {
    let outcome = run(&[], &["members", "room\u{9b}2J\u{1b}[31m"], "").await;
    assert_eq!(outcome.code, Some(2));
    assert!(!outcome.err.contains(needs_escape) && outcome.err.contains("group name"), "{:?}", outcome.err);
    for words in [
        vec!["redis://:hunter2@h"],
        vec!["--layer", "redis://:hunter2@h", "groups"],
        vec!["--timeout=redis://:hunter2@h", "doctor"],
        vec!["--redis://:hunter2@h"],
        vec!["groups", "redis://:hunter2@h"],
        vec!["members", "redis://:hunter2@h"],
        vec!["send", "redis://:hunter2@h", "{}"],
        vec!["tail", "a", "redis://:hunter2@h"],
    ] {
        let outcome = run(&[], &words, "").await;
        assert!(outcome.code == Some(2) && !outcome.err.contains("hunter2") && outcome.err.contains("not shown"), "{outcome:?}");
    }
    let help = run(&[], &["--help"], "").await;
    assert!(help.code == Some(0) && help.out.contains("groups"), "{help:?}");
}
