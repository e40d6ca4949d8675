//! Group 6: texts are UTF-8, and a fault in one is found as it arrives.

use super::{Answer::*, CHOPS, Case, Chop, NOT_UTF8, fragments, masked, pass, peer::Peer};

/// As the suite has it, with an accent of three bytes.
const GREEK: &str = "κ\u{1f79}σμε";

/// The message with `text` inside, in fragments of `size` bytes.
fn in_fragments(message: &[u8], size: usize) -> Vec<Vec<u8>> {
    fragments(1, &message.chunks(size).collect::<Vec<_>>())
}

/// Each text in one frame, in octets of one frame, and in a frame for each octet.
fn each_way(message: &[u8]) -> [(&'static str, Chop, Vec<Vec<u8>>); 3] {
    let whole = vec![masked(0x81, message)];
    [
        ("whole", Chop::AtOnce, whole.clone()),
        ("in octets", Chop::Octets, whole),
        ("a fragment for each octet", Chop::ByFrame, in_fragments(message, 1)),
    ]
}

fn empty(peer: &Peer) -> Vec<Case> {
    let around = peer.around(b"middle");
    vec![
        Case::new("6.1.1 no text", Chop::AtOnce, &[masked(0x81, b"")], &[BadJson]),
        Case::new("6.1.2 three empty fragments", Chop::AtOnce, &fragments(1, &["", "", ""]), &[BadJson]),
        Case::new("6.1.3 two of three", Chop::AtOnce, &fragments(1, &[b"", &around[..], b""]), &[Text("middle".to_owned())]),
    ]
}

#[tokio::test]
async fn group_6_1_empty_texts_are_taken() {
    pass(empty, 3).await;
}

fn valid(peer: &Peer) -> Vec<Case> {
    let mut texts: Vec<String> =
        ["Hello-µ@ßöäüàá-UTF-8!!", GREEK, "\u{80}", "\u{800}", "\u{10000}", "\u{7f}", "\u{7ff}", "\u{ffff}"]
            .into_iter()
            .chain(["\u{10ffff}", "\u{d7ff}", "\u{e000}", "\u{fffd}", "\u{fdd0}", "\u{feff}"])
            .map(str::to_owned)
            .collect();
    texts.extend(GREEK.char_indices().skip(1).map(|(at, _)| GREEK[..at].to_owned()));
    // 6.22: code points that are no characters, in every plane; 6.23: specials.
    texts.extend(
        (0..=16_u32).flat_map(|plane| [0xFFFE, 0xFFFF].map(|low| char::from_u32(plane << 16 | low).map(String::from))).flatten(),
    );
    texts.extend(('\u{fff0}'..='\u{fffd}').map(String::from));
    let cases = texts.iter().flat_map(|text| {
        each_way(&peer.around(text.as_bytes()))
            .map(|(way, chop, frames)| Case::new(format!("6.2 {text:?}, {way}"), chop, &frames, &[Text(text.clone())]))
    });
    cases.collect()
}

#[tokio::test]
async fn group_6_2_valid_texts_are_answered() {
    pass(valid, 3 * (14 + 4 + 34 + 14)).await;
}

/// Bytes that no text holds: the server finds the fault at the last of them, or before.
fn never_right() -> Vec<Vec<u8>> {
    let mut sequences: Vec<Vec<u8>> = [
        // 6.3: a surrogate among letters.
        &b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80"[..],
        // 6.8, 6.10: five and six bytes, and four that are too many.
        b"\xf8\x88\x80\x80\x80",
        b"\xfc\x84\x80\x80\x80\x80",
        b"\xf7\xbf\xbf\xbf",
        b"\xfb\xbf\xbf\xbf\xbf",
        b"\xfd\xbf\xbf\xbf\xbf\xbf",
        // 6.11: the first code point behind the last.
        b"\xf4\x90\x80\x80",
        // 6.12: continuations of nothing.
        b"\x80",
        b"\xbf",
        b"\x80\xbf\x80\xbf\x80\xbf",
        // 6.13, 6.14: a letter where a continuation must be.
        b"\xc0 \xc1 ",
        b"\xdf ",
        b"\xe0 ",
        b"\xef\xbf ",
        b"\xf0 ",
        b"\xf4\x8f\xbf ",
        b"\xfb ",
        b"\xfd ",
        // 6.15: all of these in a row.
        b"\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xfc\x80\x80\x80\x80\xdf\xef\xbf",
        // 6.16.
        b"\xfe",
        b"\xff",
        b"\xfe\xfe\xff\xff",
        // 6.17 to 6.19: more bytes than are needed.
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xf0\x80\x80\xaf",
        b"\xf8\x80\x80\x80\xaf",
        b"\xfc\x80\x80\x80\x80\xaf",
        b"\xc1\xbf",
        b"\xe0\x9f\xbf",
        b"\xf0\x8f\xbf\xbf",
        b"\xf8\x87\xbf\xbf\xbf",
        b"\xfc\x83\xbf\xbf\xbf\xbf",
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xf0\x80\x80\x80",
        b"\xf8\x80\x80\x80\x80",
        b"\xfc\x80\x80\x80\x80\x80",
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    // 6.20, 6.21: surrogates, alone and in pairs.
    sequences.extend(
        [b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xaf\xbf", b"\xed\xb0\x80", b"\xed\xbe\x80", b"\xed\xbf\xbf"]
            .map(|one| one.to_vec()),
    );
    for first in [b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xaf\xbf"] {
        sequences.extend([b"\xed\xb0\x80", b"\xed\xbf\xbf"].map(|second| [&first[..], second].concat()));
    }
    sequences
}

fn invalid(peer: &Peer) -> Vec<Case> {
    let cases = never_right().into_iter().flat_map(|sequence| {
        each_way(&peer.around(&sequence))
            .map(|(way, chop, frames)| Case::new(format!("6.3 {sequence:x?}, {way}"), chop, &frames, &[]).ends(NOT_UTF8))
    });
    cases.collect()
}

#[tokio::test]
async fn group_6_3_invalid_texts_are_refused() {
    pass(invalid, 3 * 52).await;
}

/// A text that ends inside a character.
fn cut(_: &Peer) -> Vec<Case> {
    let bytes = GREEK.as_bytes();
    let inside = (1..bytes.len()).filter(|&at| !GREEK.is_char_boundary(at)).map(|at| bytes[..at].to_vec());
    let others = [&b"\xdf"[..], b"\xe0\xa0", b"\xef\xbf", b"\xf0\x90\x80", b"\xf4\x8f\xbf"].map(<[u8]>::to_vec);
    let cases = inside.chain(others).flat_map(|text| {
        each_way(&text).map(|(way, chop, frames)| Case::new(format!("6.6 {text:x?}, {way}"), chop, &frames, &[]).ends(NOT_UTF8))
    });
    cases.collect()
}

#[tokio::test]
async fn group_6_6_a_text_that_ends_inside_a_character_is_refused() {
    pass(cut, 3 * (6 + 5)).await;
}

/// The rest is never written: the socket ends all the same.
fn at_once(peer: &Peer) -> Vec<Case> {
    let right = GREEK.as_bytes();
    let mut cases = Vec::new();
    for (name, wrong) in
        [("6.4.1, 6.4.3", &b"\xf4\x90"[..]), ("6.4.2, 6.4.4", b"\xf4\x90\x80\x80"), ("6.4", b"\xff"), ("6.4", b"\xed\xa0")]
    {
        let frames = [masked(0x01, right), masked(0x00, wrong)];
        cases.extend(CHOPS.map(|chop| Case::new(format!("{name} in a fragment"), chop, &frames, &[]).ends(NOT_UTF8)));
        let whole = masked(0x81, &[&peer.around(right)[..], wrong, &[b'.'; 4_000]].concat());
        let begun = whole[..whole.len() - 4_000].to_vec();
        for chop in [Chop::AtOnce, Chop::Octets, Chop::Pieces(3)] {
            cases.push(Case::new(format!("{name} in a frame"), chop, std::slice::from_ref(&begun), &[]).ends(NOT_UTF8));
        }
        let fragment = masked(0x01, &[right, wrong, &[b'.'; 4_000]].concat());
        let begun = fragment[..fragment.len() - 4_000].to_vec();
        cases.push(Case::new(format!("{name} in a first fragment"), Chop::Pieces(5), &[begun], &[]).ends(NOT_UTF8));
    }
    cases
}

#[tokio::test]
async fn group_6_4_a_fault_is_found_before_the_message_is_whole() {
    pass(at_once, 4 * 7).await;
}
