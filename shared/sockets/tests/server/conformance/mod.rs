//! The cases of the Autobahn test suite's groups 1 to 7, 9 and 10, run against an echo and the example's chat.
//!
//! Texts travel as JSON, since consumers take nothing else. A binary message ends the socket with 1003 where Autobahn wants an echo.

mod basics;
mod closing;
mod large;
mod peer;
mod texts;

use self::peer::Peer;
use crate::client::whole;

/// A case: the client's bytes, and the expected answers.
struct Case {
    /// Its number in the suite, and its subject.
    name: String,
    writes: Vec<Vec<u8>>,
    answers: Vec<Answer>,
    end: End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// The text of a message.
    Text(String),
    Pong(Vec<u8>),
    /// An error event: the text was no JSON.
    BadJson,
}

enum End {
    /// The client closes with this payload, and gets the other back.
    Client(Vec<u8>, Vec<u8>),
    /// The server closes with one of these codes.
    Server(&'static [u16]),
}

const BROKEN: End = End::Server(&[1002]);
const NOT_UTF8: End = End::Server(&[1007]);
const BINARY: End = End::Server(&[1003]);

/// How bytes are written.
#[derive(Clone, Copy)]
enum Chop {
    AtOnce,
    ByFrame,
    Octets,
    Pieces(usize),
}

const CHOPS: [Chop; 3] = [Chop::AtOnce, Chop::ByFrame, Chop::Octets];

impl Case {
    /// These frames, after which the client sends a close frame.
    fn new(name: impl Into<String>, chop: Chop, frames: &[Vec<u8>], answers: &[Answer]) -> Self {
        let writes = match chop {
            Chop::AtOnce => vec![frames.concat()],
            Chop::ByFrame => frames.to_vec(),
            Chop::Octets => frames.concat().chunks(1).map(<[u8]>::to_vec).collect(),
            Chop::Pieces(size) => frames.concat().chunks(size).map(<[u8]>::to_vec).collect(),
        };
        let end = End::Client(vec![3, 232], vec![3, 232]);
        Self { name: name.into(), writes, answers: answers.to_vec(), end }
    }

    fn ends(self, end: End) -> Self {
        Self { end, ..self }
    }
}

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    let mut frame = whole(first, payload);
    let start = frame.len() - payload.len();
    frame[start - 4..start].copy_from_slice(&MASK);
    for (at, byte) in frame[start..].iter_mut().enumerate() {
        *byte ^= MASK[at % 4];
    }
    frame
}

fn ping(payload: &[u8]) -> Vec<u8> {
    masked(0x89, payload)
}

fn pong(payload: &[u8]) -> Vec<u8> {
    masked(0x8A, payload)
}

/// A message in fragments; as one frame where there is one part.
fn fragments<T: AsRef<[u8]>>(opcode: u8, parts: &[T]) -> Vec<Vec<u8>> {
    let last = parts.len() - 1;
    let first = |at: usize| if at == 0 { opcode } else { 0 } | if at == last { 0x80 } else { 0 };
    parts.iter().enumerate().map(|(at, part)| masked(first(at), part.as_ref())).collect()
}

async fn pass(cases: impl Fn(&Peer) -> Vec<Case>, expected_number: usize) {
    for mut peer in [Peer::echo(), Peer::chat()] {
        let cases = cases(&peer);
        assert_eq!(cases.len(), expected_number);
        for case in cases {
            peer.passes(case).await;
        }
    }
}
