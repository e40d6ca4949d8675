//! Bad frames of every kind: each is answered, or ends its socket with a code and reason.

use std::time::Duration;

use catamaran_sockets::Limits;
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{Client, Raw, whole},
    server::Server,
};

#[tokio::test]
async fn a_protocol_error_is_1002() {
    let server = Server::start();
    let long_ping = [b"\x89\xfe\0\x80\0\0\0\0".as_slice(), &[b'x'; 128]].concat();
    let frames: [(&str, &[u8]); 5] = [
        ("unmasked", b"\x81\x02hi"),
        ("a reserved opcode", b"\x83\x80\0\0\0\0"),
        ("a reserved bit", b"\xc1\x80\0\0\0\0"),
        ("a continuation of nothing", b"\x80\x80\0\0\0\0"),
        ("a ping of more than 125 bytes", &long_ping),
    ];
    for (what, bytes) in frames {
        let mut raw = Raw::connect(server.addr, "raw").await;
        raw.write(bytes).await;
        let (code, reason) = raw.closed().await;
        assert_eq!(code, 1002, "{what}: {reason}");
        assert!(reason.starts_with("a broken frame"), "{reason}");
    }
    server.log.line("raw left with 1002").await;
}

#[tokio::test]
async fn a_text_that_is_not_utf8_is_1007() {
    let server = Server::start();
    let mut raw = Raw::connect(server.addr, "raw").await;
    raw.frame(0x81, b"\xff\xfe").await;
    assert_eq!(raw.closed().await.0, 1007);

    let mut raw = Raw::connect(server.addr, "raw").await;
    raw.frame(0x01, b"\xff").await;
    raw.frame(0x80, b"\xfe").await;
    assert_eq!(raw.closed().await.0, 1007, "in many frames");
}

#[tokio::test]
async fn a_message_over_the_limit_is_1009_in_one_frame_or_in_many() {
    let server = Server::start();
    let mut raw = Raw::connect(server.addr, "raw").await;
    raw.frame(0x81, &vec![b'x'; (64 << 10) + 1]).await;
    assert_eq!(raw.closed().await, (1009, "a message may have 65536 bytes".to_owned()));

    let mut raw = Raw::connect(server.addr, "raw").await;
    raw.frame(0x01, &vec![b'x'; 40 << 10]).await;
    raw.frame(0x80, &vec![b'x'; 40 << 10]).await;
    assert_eq!(raw.closed().await.0, 1009);
}

/// The header announces 16 GiB, and no payload follows.
#[tokio::test]
async fn a_frame_is_refused_at_its_header() {
    let server = Server::start();
    let gib16 = 16 << 30;
    for first in [0x81, 0x82, 0x01, 0x02] {
        let mut raw = Raw::connect(server.addr, "raw").await;
        raw.header(first, gib16).await;
        assert_eq!(raw.closed().await, (1009, "a message may have 65536 bytes".to_owned()), "{first:x}");
    }
    for first in [0x00, 0x80] {
        let mut raw = Raw::connect(server.addr, "raw").await;
        raw.frame(0x01, b"the first fragment").await;
        raw.header(first, gib16).await;
        assert_eq!(raw.closed().await.0, 1009, "{first:x}");
    }
    for first in [0x88, 0x89, 0x8A] {
        let mut raw = Raw::connect(server.addr, "raw").await;
        raw.header(first, gib16).await;
        assert_eq!(raw.closed().await, (1002, "a broken frame: a control frame has at most 125 bytes".to_owned()), "{first:x}");
    }
    let mut raw = Raw::connect(server.addr, "raw").await;
    raw.header(0x81, 1 << 63).await;
    assert_eq!(raw.closed().await.0, 1002, "the highest bit of a length must be 0");
    server.open(0).await;
}

#[tokio::test]
async fn a_closing_socket_ends_whatever_the_client_announces() {
    let server = Server::with(Limits::default().with(|limits| limits.connect_timeout = Duration::from_millis(100)));
    for (name, code) in [("refused", 4403), ("hangs", 1013)] {
        for first in [0x81, 0x02, 0x89] {
            let mut raw = Raw::connect(server.addr, name).await;
            raw.header(first, 16 << 30).await;
            raw.write(&[b'x'; 9_000]).await;
            assert_eq!(raw.closed().await.0, code, "{name}, {first:x}");
        }
    }
    server.open(0).await;
}

#[tokio::test]
async fn whole_messages_before_a_fault_are_handled_first() {
    let server = Server::start();
    let echo = |text: &str| whole(0x81, format!(r#"{{"type":"echo","text":"{text}"}}"#).as_bytes());
    let first_fragment = whole(0x01, br#"{"type":"echo","text":"c"#);
    let last_fragment = whole(0x80, br#""}"#);
    for (fault, code) in [
        (&b"\xc1\x80\0\0\0\0"[..], 1002),
        (b"\x81\x00", 1002),
        (b"\x88\x82\0\0\0\0\x03\xed", 1002),
        (b"\x81\x82\0\0\0\0\xff\xff", 1007),
        (b"\x01\x82\0\0\0\0\xff\xff", 1007),
        (b"\x88\x83\0\0\0\0\x03\xe8\xff", 1007),
        (b"\x81\xff\0\0\0\x04\0\0\0\0", 1009),
        (b"\x88\x82\0\0\0\0\x0f\xa0", 4000),
    ] {
        let mut raw = Raw::connect(server.addr, "raw").await;
        let never = echo("never");
        raw.write(&[echo("a"), echo("b"), first_fragment.clone(), last_fragment.clone(), fault.to_vec(), never].concat()).await;
        let (frames, close) = raw.frames_until_close().await;
        let echoes: Vec<_> = frames.iter().skip(1).map(|(_, text)| String::from_utf8_lossy(text)).collect();
        assert_eq!(echoes, [r#"{"echo":"a"}"#, r#"{"echo":"b"}"#, r#"{"echo":"c"}"#], "{code}: {fault:x?}");
        assert_eq!(close.0, code, "{fault:x?}");
    }
}

#[tokio::test]
async fn handles_a_message_whose_connection_ends_right_after_it() {
    let server = Server::start();
    let mut watcher = Client::meet(&server, "watcher").await;
    let mut raw = Raw::connect(server.addr, "hasty").await;
    raw.write(&whole(0x81, br#"{"type":"tell","text":"I was here"}"#)).await;
    drop(raw);
    assert_eq!(watcher.json().await, json!({ "same": "I was here" }));
}

#[tokio::test]
async fn fragments_count_as_frames() {
    let server = Server::with(
        Limits::default().with(|limits| (limits.frames_per_second, limits.frames_burst, limits.refusals) = (1, 5, 10)),
    );
    for (fragment, what) in [(&b"x"[..], "one byte"), (b"", "no byte")] {
        for opening in [0x01, 0x02] {
            let mut raw = Raw::connect(server.addr, "fragments").await;
            let continuations = whole(0x00, fragment).repeat(30);
            raw.write(&[whole(opening, fragment), continuations].concat()).await;
            let (frames, close) = raw.frames_until_close().await;
            assert_eq!(close.0, 1008, "{what}");
            let refusals = frames.iter().filter(|(_, text)| String::from_utf8_lossy(text).contains("rate_limited")).count();
            assert_eq!(refusals, 1, "{what}: the message is refused once");
        }
    }
}

#[tokio::test]
async fn fragments_are_joined_and_pings_between_them_answered() {
    let server = Server::start();
    let mut client = Client::meet(&server, "whole").await;
    client.stream.send(Message::Ping("are you there".into())).await.unwrap();
    assert_eq!(client.next().await, Message::Pong("are you there".into()));

    let mut raw = Raw::connect(server.addr, "raw").await;
    raw.frame(0x01, br#"{"type":"#).await;
    raw.frame(0x89, b"ping").await;
    raw.frame(0x80, br#""bye"}"#).await;
    assert_eq!(raw.closed().await, (4000, "as you wish".to_owned()));
}

#[tokio::test]
async fn a_binary_frame_is_1003() {
    let server = Server::start();
    let mut client = Client::meet(&server, "binary").await;
    client.stream.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(client.closed().await.0, 1003);
}

#[tokio::test]
async fn a_bad_command_is_answered_and_the_socket_stays() {
    let server = Server::start();
    let mut client = Client::meet(&server, "talker").await;
    for (frame, code) in [
        ("nope", "bad_json"),
        ("", "bad_json"),
        (r#"{"type":"sing"}"#, "unknown_type"),
        (r#"{"type":"echo"}"#, "bad_field"),
        (r#"{"type":"echo","text":7}"#, "bad_field"),
        ("null", "bad_field"),
        (r#"{"type":"fail"}"#, "unavailable"),
    ] {
        client.send(frame).await;
        let answer = client.json().await;
        assert_eq!((&answer["type"], &answer["code"]), (&json!("error"), &json!(code)), "{frame}: {answer}");
        assert!(
            !answer["detail"].as_str().unwrap().contains("the probe was told to"),
            "the client does not get the text for the log"
        );
    }
    client.send(r#"{"type":"echo","text":"still here"}"#).await;
    assert_eq!(client.json().await, json!({ "echo": "still here" }));
}

#[tokio::test]
async fn too_many_frames_are_refused_and_far_too_many_are_1008() {
    let limits = Limits::default().with(|limits| (limits.frames_per_second, limits.frames_burst, limits.refusals) = (1, 5, 10));
    let server = Server::with(limits);
    let mut client = Client::meet(&server, "flood").await;
    for _ in 0..30 {
        let _ = client.stream.feed(Message::text(r#"{"type":"echo","text":"x"}"#)).await;
    }
    let _ = client.stream.flush().await;
    let (mut echoes, mut refused) = (0, 0);
    let code = loop {
        match client.next().await {
            Message::Text(text) if text.contains("rate_limited") => refused += 1,
            Message::Text(_) => echoes += 1,
            Message::Close(frame) => break u16::from(frame.unwrap().code),
            _ => {}
        }
    };
    assert_eq!((code, refused), (1008, 10));
    assert!(echoes >= 5, "{echoes}");
    assert_eq!(server.counters.rate_limited.get(), 11);
}

#[tokio::test]
async fn a_flood_of_pings_is_1008_too() {
    let server = Server::with(
        Limits::default().with(|limits| (limits.frames_per_second, limits.frames_burst, limits.refusals) = (1, 5, 10)),
    );
    for first in [0x89, 0x8a] {
        let mut raw = Raw::connect(server.addr, "pinger").await;
        for _ in 0..30 {
            raw.frame(first, b"").await;
        }
        assert_eq!(raw.closed().await.0, 1008);
    }
}

#[tokio::test]
async fn a_handler_that_hangs_loses_its_socket() {
    let server = Server::with(Limits::default().with(|limits| limits.handler_timeout = std::time::Duration::from_millis(50)));
    let mut client = Client::meet(&server, "patient").await;
    client.send(r#"{"type":"hang"}"#).await;
    assert_eq!(client.closed().await, (1011, "the server took too long; connect again".to_owned()));
    server.log.line("patient left with 1011").await;
}

#[tokio::test]
async fn both_sides_may_say_goodbye() {
    let server = Server::start();
    let mut client = Client::meet(&server, "leaver").await;
    client.stream.close(None).await.unwrap();
    while client.stream.next().await.is_some() {}
    server.log.line("leaver left with 1005").await;
    for (payload, answer) in [(&b""[..], &b""[..]), (b"\x03\xe8bye", b"\x03\xe8"), (b"\x0f\xa1", b"\x0f\xa1")] {
        let mut raw = Raw::connect(server.addr, "raw").await;
        raw.frame(0x88, payload).await;
        assert_eq!(raw.last_payload().await, answer, "its code comes back, where it has one");
    }

    let mut client = Client::meet(&server, "dismissed").await;
    client.send(r#"{"type":"bye"}"#).await;
    assert_eq!(client.closed().await, (4000, "as you wish".to_owned()));
    server.log.line("dismissed left with 4000").await;
}

#[tokio::test]
async fn a_client_that_vanishes_is_let_go() {
    let server = Server::start();
    let client = Client::meet(&server, "ghost").await;
    server.open(1).await;
    drop(client);
    server.log.line("ghost left with 1006").await;
    server.open(0).await;
}
