//! Group 7: close frames.

use super::{Answer::*, BROKEN, CHOPS, Case, Chop, End, NOT_UTF8, fragments, masked, pass, peer::Peer, ping};

fn close(payload: &[u8]) -> Vec<u8> {
    masked(0x88, payload)
}

/// These frames, of which one is the client's close frame; it gets `answer` back.
fn closes(name: &str, frames: &[Vec<u8>], answers: &[super::Answer], answer: &[u8]) -> Case {
    let case = Case::new(name, Chop::AtOnce, frames, answers);
    // A second close frame at the end of every case, which must not be answered.
    case.ends(End::Client(vec![3, 233], answer.to_vec()))
}

fn orders(peer: &Peer) -> Vec<Case> {
    let (text, said) = (masked(0x81, &peer.around(b"Hello World!")), Text("Hello World!".to_owned()));
    let normal = close(b"\x03\xe8");
    let long = peer.text_of(256 << 10);
    let long_frame = masked(0x81, &peer.around(long.as_bytes()));
    let fragment = fragments(1, &["fragment1", "fragment2"]);
    vec![
        closes("7.1.1 a text, then close", &[text.clone(), normal.clone()], std::slice::from_ref(&said), b"\x03\xe8"),
        closes("7.1.2 two close frames", &[normal.clone(), normal.clone()], &[], b"\x03\xe8"),
        closes("7.1.3 a ping behind it", &[normal.clone(), ping(b"")], &[], b"\x03\xe8"),
        closes("7.1.4 a text behind it", &[normal.clone(), text], &[], b"\x03\xe8"),
        closes("7.1.5 between fragments", &[fragment[0].clone(), normal.clone(), fragment[1].clone()], &[], b"\x03\xe8"),
        closes("7.1.6 256 KiB, close, ping", &[long_frame, normal.clone(), ping(b"")], &[Text(long)], b"\x03\xe8"),
        closes("7 a broken frame behind it", &[normal, b"\xff\x00\xff".to_vec()], &[], b"\x03\xe8"),
    ]
}

#[tokio::test]
async fn group_7_1_nothing_is_answered_behind_a_close_frame() {
    pass(orders, 7).await;
}

fn payloads(_: &Peer) -> Vec<Case> {
    let mut cases = Vec::new();
    for chop in CHOPS {
        let with = |name, payload: &[u8], end| Case::new(name, chop, &[close(payload)], &[]).ends(end);
        let echoed = |payload: &[u8]| End::Client(vec![3, 233], payload.to_vec());
        let reason = |size: usize| [&b"\x03\xe8"[..], &b"*".repeat(size)].concat();
        cases.extend([
            with("7.3.1 no payload", b"", echoed(b"")),
            with("7.3.2 one byte", b"a", BROKEN),
            with("7.3.3 a code", b"\x03\xe8", echoed(b"\x03\xe8")),
            with("7.3.4 a code and a reason", b"\x03\xe8Hello World!", echoed(b"\x03\xe8")),
            with("7.3.5 a reason of 123 bytes", &reason(123), echoed(b"\x03\xe8")),
            with("7.3.6 a reason of 124 bytes", &reason(124), BROKEN),
            with("7.5.1 a reason that is not UTF-8", b"\x03\xe8\xce\xba\xe1\xbd\xb9\xed\xa0\x80edited", NOT_UTF8),
            with("7.5 a reason that is cut", b"\x03\xe8\xce", NOT_UTF8),
        ]);
    }
    cases
}

#[tokio::test]
async fn group_7_3_and_7_5_payloads_of_close_frames_are_checked() {
    pass(payloads, 24).await;
}

fn codes(_: &Peer) -> Vec<Case> {
    let with = |code: u16, reason: &[u8]| [&code.to_be_bytes(), reason].concat();
    let valid = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
    let valid = valid.map(|code| closes(&format!("7.7 code {code}"), &[close(&with(code, b""))], &[], &code.to_be_bytes()));
    let invalid = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
    let invalid = invalid.into_iter().flat_map(|code| {
        [&b""[..], b"reason"].map(|reason| {
            Case::new(format!("7.9, 7.13 code {code}"), Chop::AtOnce, &[close(&with(code, reason))], &[]).ends(BROKEN)
        })
    });
    valid.into_iter().chain(invalid).collect()
}

#[tokio::test]
async fn group_7_7_to_7_13_valid_codes_are_echoed_and_others_refused() {
    pass(codes, 40).await;
}
