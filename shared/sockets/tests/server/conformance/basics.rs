//! Groups 1 to 5: messages, pings, reserved bits, opcodes, fragments.

use super::{Answer::*, BINARY, BROKEN, CHOPS, Case, Chop, fragments, masked, pass, peer::Peer, ping, pong};

fn messages(peer: &Peer) -> Vec<Case> {
    let empty = Case::new("1.1.1 an empty text", Chop::AtOnce, &[masked(0x81, b"")], &[BadJson]);
    let sizes = [125, 126, 127, 128, 65_535, 65_536];
    let texts = sizes.map(|size| {
        let text = peer.text_of(size);
        Case::new(format!("1.1 {size} bytes"), Chop::AtOnce, &[masked(0x81, &peer.around(text.as_bytes()))], &[Text(text)])
    });
    let text = peer.text_of(65_536);
    let chopped = Case::new("1.1.8 in pieces", Chop::Pieces(997), &[masked(0x81, &peer.around(text.as_bytes()))], &[Text(text)]);
    let sizes = [0, 125, 126, 127, 128, 65_535, 65_536];
    let binary = sizes.map(|size| {
        Case::new(format!("1.2 {size} binary bytes"), Chop::AtOnce, &[masked(0x82, &vec![0xFE; size])], &[]).ends(BINARY)
    });
    let chopped_binary = Case::new("1.2.8 in pieces", Chop::Pieces(997), &[masked(0x82, &[0xFE; 65_536])], &[]).ends(BINARY);
    [empty, chopped, chopped_binary].into_iter().chain(texts).chain(binary).collect()
}

#[tokio::test]
async fn group_1_messages_of_all_sizes_are_answered() {
    pass(messages, 16).await;
}

fn pings(_: &Peer) -> Vec<Case> {
    let one = |name, payload: &[u8]| Case::new(name, Chop::AtOnce, &[ping(payload)], &[Pong(payload.to_vec())]);
    let ten: Vec<_> = (0..10).map(|n| format!("payload-{n}").into_bytes()).collect();
    let ten_pings: Vec<_> = ten.iter().map(|payload| ping(payload)).collect();
    let ten_pongs: Vec<_> = ten.iter().cloned().map(Pong).collect();
    vec![
        one("2.1 no payload", b""),
        one("2.2 a text", b"Hello, world!"),
        one("2.3 no text", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"),
        one("2.4 125 bytes", &[0xFE; 125]),
        Case::new("2.5 126 bytes", Chop::AtOnce, &[ping(&[0xFE; 126])], &[]).ends(BROKEN),
        Case::new("2.6 125 octets", Chop::Octets, &[ping(&[0xFE; 125])], &[Pong(vec![0xFE; 125])]),
        Case::new("2.7 an unasked pong", Chop::AtOnce, &[pong(b"")], &[]),
        Case::new("2.8 with payload", Chop::AtOnce, &[pong(b"unsolicited pong payload")], &[]),
        Case::new("2.9 and a ping", Chop::AtOnce, &[pong(b"unasked"), ping(b"ping")], &[Pong(b"ping".to_vec())]),
        Case::new("2.10 ten pings", Chop::AtOnce, &ten_pings, &ten_pongs),
        Case::new("2.11 ten pings in octets", Chop::Octets, &ten_pings, &ten_pongs),
    ]
}

#[tokio::test]
async fn group_2_pings_are_answered_in_order() {
    pass(pings, 11).await;
}

/// A text, a broken frame and a ping: the text is answered, the ping is not.
fn between(peer: &Peer, name: &str, chop: Chop, broken: Vec<u8>) -> Case {
    let frames = [masked(0x81, &peer.around("Hello, world!".as_bytes())), broken, ping(b"")];
    Case::new(name, chop, &frames, &[Text("Hello, world!".to_owned())]).ends(BROKEN)
}

fn reserved_bits(peer: &Peer) -> Vec<Case> {
    let text = peer.around(b"Hello, world!");
    let alone = |name, first, payload: &[u8]| Case::new(name, Chop::AtOnce, &[masked(first, payload)], &[]).ends(BROKEN);
    vec![
        alone("3.1 RSV 1", 0x91, &text),
        between(peer, "3.2 RSV 2", Chop::AtOnce, masked(0xA1, &text)),
        between(peer, "3.3 RSV 3", Chop::ByFrame, masked(0xB1, &text)),
        between(peer, "3.4 RSV 4", Chop::Octets, masked(0xC1, &text)),
        alone("3.5 RSV 5, binary", 0xD2, &[0, 255, 254, 253, 252, 251, 0, 255]),
        alone("3.6 RSV 6, ping", 0xE9, b"Hello, world!"),
        alone("3.7 RSV 7, close", 0xF8, b"\x03\xe8"),
    ]
}

#[tokio::test]
async fn group_3_reserved_bits_are_refused() {
    pass(reserved_bits, 7).await;
}

fn opcodes(peer: &Peer) -> Vec<Case> {
    let mut cases = Vec::new();
    for (group, opcodes) in [("4.1", [3, 4, 5, 6, 7]), ("4.2", [11, 12, 13, 14, 15])] {
        for opcode in opcodes {
            for payload in [&b""[..], b"reserved opcode payload"] {
                let name = |how| format!("{group} opcode {opcode}, {} bytes, {how}", payload.len());
                let frame = masked(0x80 | opcode, payload);
                cases.push(Case::new(name("alone"), Chop::AtOnce, std::slice::from_ref(&frame), &[]).ends(BROKEN));
                cases.extend(CHOPS.map(|chop| between(peer, &name("between"), chop, frame.clone())));
            }
        }
    }
    cases
}

#[tokio::test]
async fn group_4_reserved_opcodes_are_refused() {
    pass(opcodes, 80).await;
}

/// A text in these parts, with JSON around them.
fn parts(peer: &Peer, parts: &[&str]) -> (Vec<Vec<u8>>, Vec<super::Answer>) {
    let around = peer.around(b"|");
    let at = around.iter().position(|&byte| byte == b'|').unwrap_or_default();
    let mut payloads: Vec<Vec<u8>> = parts.iter().map(|part| part.as_bytes().to_vec()).collect();
    payloads[0].splice(0..0, around[..at].iter().copied());
    let last = payloads.len() - 1;
    payloads[last].extend(&around[at + 1..]);
    (fragments(1, &payloads), vec![Text(parts.concat())])
}

fn in_fragments(peer: &Peer) -> Vec<Case> {
    let mut cases = Vec::new();
    let (two, said) = parts(peer, &["fragment1", "fragment2"]);
    let text = masked(0x81, &peer.around(b"Hello, world!"));
    let (a_ping, its_pong) = (ping(b"ping payload"), Pong(b"ping payload".to_vec()));
    for chop in CHOPS {
        for (name, first) in [("5.1 a ping", 0x09), ("5.2 a pong", 0x0A), ("5 a close", 0x08)] {
            let frames = [masked(first, b"fragment1"), masked(0x80, b"fragment2")];
            cases.push(Case::new(name, chop, &frames, &[]).ends(BROKEN));
        }
        cases.push(Case::new("5.3 to 5.5 two fragments", chop, &two, &said));
        let with_ping = [two[0].clone(), a_ping.clone(), two[1].clone()];
        let answers = [its_pong.clone(), said[0].clone()];
        cases.push(Case::new("5.6 to 5.8 a ping between", chop, &with_ping, &answers));
        for first in [0x80, 0x00] {
            let frames = [masked(first, b"nothing before"), text.clone()];
            cases.push(Case::new("5.9 to 5.14 a continuation of nothing", chop, &frames, &[]).ends(BROKEN));
        }
        for first in [0x00, 0x80] {
            let frames = [two.clone(), vec![masked(first, b"fragment3"), text.clone()]].concat();
            cases.push(Case::new("5.15 a continuation behind the last", chop, &frames, &said).ends(BROKEN));
            let odd = [masked(first, b"fragment1"), masked(0x01, b"fragment2"), masked(0x80, b"fragment3")];
            cases.push(Case::new("5.16, 5.17 a continuation before the first", chop, &odd, &[]).ends(BROKEN));
        }
        for first in [0x81, 0x01, 0x82, 0x02] {
            let frames = [two[0].clone(), masked(first, b"fragment2")];
            cases.push(Case::new("5.18 a second first fragment", chop, &frames, &[]).ends(BROKEN));
        }
        let (five, said) = parts(peer, &["fragment1", "fragment2", "fragment3", "", "fragment5"]);
        let (ping_1, ping_2) = (ping(b"pingme 1!"), ping(b"pingme 2!"));
        let frames = [&five[..2], &[ping_1], &five[2..4], &[ping_2], &five[4..]].concat();
        let answers = [Pong(b"pingme 1!".to_vec()), Pong(b"pingme 2!".to_vec()), said[0].clone()];
        cases.push(Case::new("5.19, 5.20 five fragments and two pings", chop, &frames, &answers));
        let binary = fragments(2, &["a", "b"]);
        cases.push(Case::new("5 binary fragments", chop, &binary, &[]).ends(BINARY));
    }
    cases
}

#[tokio::test]
async fn group_5_fragments_are_joined_and_misplaced_ones_refused() {
    pass(in_fragments, 51).await;
}
