//! Text from outside is printed in a form that no terminal obeys.

use serde_json::{Value, json};

use crate::kit::{DIALECTS, Deck, PATIENCE, member, run};

const ODD: &str = "\u{9b}31m\u{202e}gnp.exe\u{2066}\u{7f}\u{85}안녕👩\u{200d}🚀";

fn is_obeyed(c: char) -> bool {
    c.is_control() && c != '\n' || "\u{202e}\u{2066}".contains(c)
}

#[tokio::test]
async fn tail_escapes_what_a_terminal_obeys() {
    for dialect in DIALECTS {
        let deck = Deck::of(dialect, 1).await;
        let variables = deck.variables();
        let tail = tokio::spawn(async move { run(&variables, &["tail", "room", "--count", "1"], "").await });
        let event = json!({ "type": "chat.message", "text": ODD, ODD: 1 });
        let layer = deck.connect().await;
        let message = catamaran::Message::new(&event).unwrap();
        testbed::eventually(PATIENCE, async || {
            let sent = layer.group_send(&crate::kit::group("room"), &message).await.unwrap();
            (sent.reached > 0).then_some(())
        })
        .await;
        let outcome = tail.await.unwrap();
        assert!(!outcome.out.contains(is_obeyed) && outcome.out.contains("\\u009b"), "{:?}", outcome.out);
        assert!(outcome.out.contains("안녕👩\u{200d}🚀"), "{:?}", outcome.out);
        let line: Value = serde_json::from_str(outcome.ok().lines().next().unwrap()).unwrap();
        assert_eq!(line["event"], event);
    }
}

#[tokio::test]
async fn members_shows_names_that_are_no_text() {
    let deck = Deck::of("redis-core", 1).await;
    let process = deck.connect().await;
    let _member = member(&process, "room").await;
    let write = "redis.call('ZADD', KEYS[1], '9999999999', '\\255\\155bad', '9999999999', 'a\\27[2Jb')";
    deck.redis[0].cli(&["EVAL", write, "1", "asgi:group:room"]).await;
    let said = deck.run(&["members", "room"]).await.ok();
    assert!(said.contains("3 members of 3 processes") && !said.contains(is_obeyed), "{said:?}");
    assert!(said.contains("\\xff\\x9bbad") && said.contains("a\\u001b[2Jb"), "{said}");
    assert!(said.contains("no channel's name: passed over") && said.contains("Catamaran"), "{said}");
    deck.run(&["doctor"]).await.ok();
}

#[tokio::test]
async fn doctor_and_groups_show_topics_that_are_no_text() {
    let deck = Deck::of("redis-pubsub", 1).await;
    let process = deck.connect().await;
    let _member = member(&process, "room").await;
    // A subscriber whose topic is no text: redis-cli reads its commands from a file, escapes included.
    let python = format!(
        "import socket,sys\ns=socket.create_connection(('127.0.0.1',{}))\ns.sendall(b'SUBSCRIBE asgi__group__\\xff\\x9b\\r\\n')\n\
         s.recv(100)\nprint('ready',flush=True)\nsys.stdin.read()",
        deck.redis[0].port()
    );
    let mut child = std::process::Command::new("python3")
        .args(["-c", &python])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.as_mut().unwrap()), &mut ready).unwrap();
    let groups = deck.run(&["groups"]).await.ok();
    let doctor = deck.run(&["doctor"]).await.ok();
    drop(child.stdin.take());
    child.wait().unwrap();
    assert!(groups.contains("2 groups") && groups.contains("\\xff\\x9b") && groups.contains("room "), "{groups}");
    assert!(doctor.contains("2 groups"), "{doctor}");
}

#[tokio::test]
async fn a_wrong_argument_is_shown_and_not_obeyed() {
    let outcome = run(&[], &["members", "room\u{9b}2J\u{1b}[31m"], "").await;
    assert_eq!(outcome.code, Some(2));
    assert!(!outcome.err.contains(is_obeyed) && outcome.err.contains("group name"), "{:?}", outcome.err);
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
