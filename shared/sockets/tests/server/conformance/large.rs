//! Groups 9 and 10: large messages, and many. The largest has 16 MiB for the echo; for the chat 2, since a layer's messages have 4.

use super::{Answer, Answer::*, BINARY, Case, Chop, End, fragments, masked, pass, peer::Peer};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// A text in frames of at most `size` bytes.
fn split(peer: &Peer, name: &str, size: usize, frame: usize, chop: Chop) -> Case {
    let text = peer.text_of(size);
    let message = peer.around(text.as_bytes());
    let frames = fragments(1, &message.chunks(frame).collect::<Vec<_>>());
    Case::new(format!("{name}: {size} bytes by {frame}"), chop, &frames, &[Text(text)])
}

fn binary(name: &str, size: usize, frame: usize, chop: Chop) -> Case {
    let payload = vec![0xFE; size];
    let frames = fragments(2, &payload.chunks(frame).collect::<Vec<_>>());
    Case::new(format!("{name}: {size} bytes by {frame}"), chop, &frames, &[]).ends(BINARY)
}

fn whole(peer: &Peer) -> Vec<Case> {
    let sizes = [256, 64, 16, 4, 2, 1].map(|part| peer.largest() / part);
    let texts = sizes.map(|size| split(peer, "9.1", size, size, Chop::AtOnce));
    let binaries = sizes.map(|size| binary("9.2", size, size, Chop::AtOnce));
    texts.into_iter().chain(binaries).collect()
}

#[tokio::test]
async fn group_9_1_and_9_2_large_messages_are_answered() {
    pass(whole, 12).await;
}

fn in_fragments(peer: &Peer) -> Vec<Case> {
    let frames = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB];
    let size = peer.largest() / 4;
    let texts = frames.map(|frame| split(peer, "9.3", size, frame, Chop::AtOnce));
    let binaries = frames.map(|frame| binary("9.4", size, frame, Chop::AtOnce));
    texts.into_iter().chain(binaries).collect()
}

#[tokio::test]
async fn group_9_3_and_9_4_messages_of_many_fragments_are_answered() {
    pass(in_fragments, 18).await;
}

fn in_pieces(peer: &Peer) -> Vec<Case> {
    let pieces = [64, 128, 256, 512, KIB, 2 * KIB];
    let texts = pieces.map(|piece| split(peer, "9.5", MIB, MIB, Chop::Pieces(piece)));
    let binaries = pieces.map(|piece| binary("9.6", MIB, MIB, Chop::Pieces(piece)));
    texts.into_iter().chain(binaries).collect()
}

#[tokio::test]
async fn group_9_5_and_9_6_messages_in_many_pieces_are_answered() {
    pass(in_pieces, 12).await;
}

fn many(peer: &Peer) -> Vec<Case> {
    let text = |size: usize| {
        let text = peer.text_of(size);
        let frames = vec![masked(0x81, &peer.around(text.as_bytes())); 1_000];
        let answers: Vec<Answer> = vec![Text(text); 1_000];
        Case::new(format!("9.7 1,000 texts of {size} bytes"), Chop::ByFrame, &frames, &answers)
    };
    let binary = |size: usize| {
        let frames = vec![masked(0x82, &vec![0xFE; size]); 1_000];
        Case::new(format!("9.8 1,000 binary messages of {size} bytes"), Chop::ByFrame, &frames, &[]).ends(BINARY)
    };
    let sizes = [16, 64, 256, KIB, 4 * KIB];
    sizes.into_iter().map(text).chain([0, 16, 64, 256, KIB, 4 * KIB].map(binary)).collect()
}

#[tokio::test]
async fn group_9_7_and_9_8_many_messages_are_answered_in_order() {
    pass(many, 11).await;
}

fn automatic(peer: &Peer) -> Vec<Case> {
    vec![split(peer, "10.1.1", 65_536, 1_300, Chop::AtOnce)]
}

#[tokio::test]
async fn group_10_a_message_is_joined_from_equal_fragments() {
    pass(automatic, 1).await;
}

/// Messages of exactly the limit, and of one byte more.
fn at_the_limit(peer: &Peer) -> Vec<Case> {
    const TOO_LARGE: End = End::Server(&[1009]);
    let limit = peer.largest();
    let right = [limit, limit / 2 + 1].map(|frame| split(peer, "the limit", limit, frame, Chop::AtOnce));
    let wrong = [limit + 1, limit / 2 + 1, limit].map(|frame| {
        let case = split(peer, "one byte more", limit + 1, frame, Chop::AtOnce);
        Case { answers: Vec::new(), ..case }.ends(TOO_LARGE)
    });
    right.into_iter().chain(wrong).collect()
}

#[tokio::test]
async fn a_message_may_have_the_limit_and_not_one_byte_more() {
    pass(at_the_limit, 5).await;
}
