//! Compares the reader with an oracle that has all bytes at once, for every split of them.

use std::str::from_utf8;

use actix_http::ws::{Codec, Frame, Item, ProtocolError};
use bytes::BytesMut;
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner},
};
use tokio_util::codec::Decoder;

use super::*;

/// Inputs in the suite; `PROPTEST_CASES` asks for more, and for other ones in each run.
const CASES: u32 = 3_000;

/// The result of a client's bytes: the opcode byte and the payload of each whole frame, then a fault.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    frames: Vec<(u8, Vec<u8>)>,
    fault: Option<Fault>,
}

/// Reads all bytes at once, as the RFC says it.
fn oracle(bytes: &[u8], limit: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let mut message = (0, Vec::new());
    let mut rest = bytes;
    while !rest.is_empty() {
        match one_frame(rest, limit, &mut message) {
            Ok(Some((first, payload, size))) => {
                outcome.frames.push((first, payload));
                if first == 0x88 {
                    break;
                }
                rest = &rest[size..];
            }
            Ok(None) => break,
            Err(fault) => {
                outcome.fault = Some(fault);
                break;
            }
        }
    }
    outcome
}

type Whole = (u8, Vec<u8>, usize);

fn one_frame(bytes: &[u8], limit: usize, message: &mut (u8, Vec<u8>)) -> Result<Option<Whole>, Fault> {
    let first = bytes[0];
    let (is_last, opcode) = (first >= 0x80, first % 16);
    let is_control = opcode >= 8;
    let ensure = |is_wrong: bool, fault: Fault| if is_wrong { Err(fault) } else { Ok(()) };
    ensure(first & 0x70 != 0, Fault::ReservedBit)?;
    ensure(![0, 1, 2, 8, 9, 10].contains(&opcode), Fault::Opcode)?;
    ensure(opcode == 0 && message.0 == 0, Fault::NothingToContinue)?;
    ensure([1, 2].contains(&opcode) && message.0 != 0, Fault::Interrupted)?;
    ensure(is_control && !is_last, Fault::FragmentedControl)?;
    let Some(second) = bytes.get(1) else { return Ok(None) };
    ensure(second & 0x80 == 0, Fault::Unmasked)?;
    let short = second % 128;
    ensure(is_control && short > 125, Fault::LongControl)?;
    ensure(opcode == 8 && short == 1, Fault::CloseCode)?;
    let extended = match short {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let Some(length) = bytes.get(2..2 + extended) else { return Ok(None) };
    let long = length.iter().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
    ensure(extended == 2 && long < 126 || extended == 8 && !(65_536..1 << 63).contains(&long), Fault::Length)?;
    let length = if extended == 0 { u64::from(short) } else { long };
    ensure(!is_control && message.1.len() as u64 + length > limit as u64, Fault::TooLarge)?;
    let start = 2 + extended + 4;
    let Some(mask) = bytes.get(start - 4..start) else { return Ok(None) };
    let arrived = bytes[start..].iter().take(length as usize);
    let payload: Vec<u8> = arrived.enumerate().map(|(at, byte)| byte ^ mask[at % 4]).collect();
    let is_whole = payload.len() as u64 == length;
    if opcode == 8 {
        check_text(payload.get(2..).unwrap_or_default(), is_whole)?;
        let code = payload.first_chunk().map_or(1000, |code| u16::from_be_bytes(*code));
        let is_code = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
        ensure(is_whole && !is_code, Fault::CloseCode)?;
    }
    if !is_control {
        let kind = if opcode == 0 { message.0 } else { opcode };
        message.1.extend(&payload);
        if kind == 1 {
            check_text(&message.1, is_whole && is_last)?;
        }
        if is_whole {
            *message = if is_last { (0, Vec::new()) } else { (kind, std::mem::take(&mut message.1)) };
        }
    }
    Ok(is_whole.then(|| (first, payload, start + length as usize)))
}

fn check_text(text: &[u8], is_whole: bool) -> Result<(), Fault> {
    match from_utf8(text) {
        Err(fault) if is_whole || fault.error_len().is_some() => Err(Fault::NotUtf8),
        _ => Ok(()),
    }
}

/// Reads the pieces as a connection does, with the same codec.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limit: usize) -> Outcome {
    let mut reading = Reading { codec: Codec::new().max_size(codec_limit(limit)), ..Reading::default() };
    for piece in pieces {
        if !reading.piece(piece, limit) {
            break;
        }
    }
    reading.outcome
}

#[derive(Default)]
struct Reading {
    frames: Frames,
    codec: Codec,
    buffer: BytesMut,
    outcome: Outcome,
}

impl Reading {
    /// `false` where reading ends.
    fn piece(&mut self, mut piece: &[u8], limit: usize) -> bool {
        while !piece.is_empty() {
            let passed = self.frames.read(piece, limit);
            self.buffer.extend_from_slice(&piece[..passed.bytes]);
            piece = &piece[passed.bytes..];
            for _ in 0..passed.frames {
                match self.codec.decode(&mut self.buffer) {
                    Ok(Some(frame)) => self.outcome.frames.push(described(frame)),
                    Ok(None) => panic!("a frame was counted that is not whole"),
                    Err(fault) => return self.fail(codec_fault(&fault)),
                }
                if let Some((0x81, text)) = self.outcome.frames.last()
                    && from_utf8(text).is_err()
                {
                    self.outcome.frames.pop();
                    return self.fail(Fault::NotUtf8);
                }
            }
            if let Some(fault) = passed.fault {
                return self.fail(fault);
            }
            if passed.bytes == 0 {
                return false;
            }
            assert!(matches!(self.codec.decode(&mut self.buffer), Ok(None)), "a whole frame was not counted");
            assert!(self.buffer.len() <= limit.max(125) + 14, "the buffer is bounded");
        }
        true
    }

    fn fail(&mut self, fault: Fault) -> bool {
        self.outcome.fault = Some(fault);
        false
    }
}

fn codec_fault(fault: &ProtocolError) -> Fault {
    match fault {
        ProtocolError::BadOpCode => Fault::CloseCode,
        other => panic!("this is checked before the codec: {other}"),
    }
}

fn described(frame: Frame) -> (u8, Vec<u8>) {
    let (first, payload) = match frame {
        Frame::Text(bytes) => (0x81, bytes),
        Frame::Binary(bytes) => (0x82, bytes),
        Frame::Continuation(Item::FirstText(bytes)) => (0x01, bytes),
        Frame::Continuation(Item::FirstBinary(bytes)) => (0x02, bytes),
        Frame::Continuation(Item::Continue(bytes)) => (0x00, bytes),
        Frame::Continuation(Item::Last(bytes)) => (0x80, bytes),
        Frame::Ping(bytes) => (0x89, bytes),
        Frame::Pong(bytes) => (0x8A, bytes),
        Frame::Close(reason) => {
            return (0x88, reason.map_or(Vec::new(), |reason| close_payload(u16::from(reason.code), reason.description)));
        }
    };
    (first, payload.to_vec())
}

fn close_payload(code: u16, reason: Option<String>) -> Vec<u8> {
    [&code.to_be_bytes()[..], reason.unwrap_or_default().as_bytes()].concat()
}

/// Frames of which most are right, written by a few random bytes each.
fn written(plan: &[[u8; 6]]) -> Vec<u8> {
    const FIRST: [u8; 16] = [0x81, 0x01, 0x80, 0x00, 0x82, 0x02, 0x88, 0x89, 0x8A, 0x80, 0x00, 0x01, 0x81, 0x80, 0x09, 0xC1];
    const TEXTS: [&[u8]; 12] = [
        b"",
        b"hi",
        "κ".as_bytes(),
        b"\xce",
        b"\xba",
        b"\xf0\x9f",
        b"\x98\x80",
        b"\xff",
        b"\xed\xa0",
        b"\x03\xe8bye",
        b"\x03\xed",
        b"\x03\xe8\xe2\x82",
    ];
    let mut bytes = Vec::new();
    for &[first, text, copies, length, mask, odd] in plan {
        let text = TEXTS[usize::from(text) % TEXTS.len()];
        let payload = text.repeat(if copies < 240 { 1 } else { usize::from(copies) });
        let first = if odd < 250 { FIRST[usize::from(first) % FIRST.len()] } else { first };
        let masked = if odd == 249 { 0 } else { 0x80 };
        let mask = [mask, mask.rotate_left(3), !mask, 0];
        bytes.push(first);
        match (payload.len(), length) {
            (_, 255) => bytes.extend([&[masked | 127][..], &(u64::from(odd) << 56 | 0x1_0000).to_be_bytes()].concat()),
            (size, 254) => bytes.extend([&[masked | 127][..], &(size as u64).to_be_bytes()].concat()),
            (size @ 126.., _) | (size, 253) => bytes.extend([&[masked | 126][..], &(size as u16).to_be_bytes()].concat()),
            (size, _) => bytes.push(masked | size as u8),
        }
        bytes.extend(mask);
        bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    }
    bytes
}

fn agrees(bytes: &[u8], limit: usize) -> TestCaseResult {
    let expected = oracle(bytes, limit);
    prop_assert_eq!(&read([bytes], limit), &expected, "at once");
    prop_assert_eq!(&read(bytes.chunks(1), limit), &expected, "byte by byte");
    for at in 1..bytes.len().min(64) {
        let (before, after) = bytes.split_at(at);
        prop_assert_eq!(&read([before, after], limit), &expected, "split at {}", at);
    }
    Ok(())
}

fn check<S: Strategy>(strategy: &S, test: impl Fn(S::Value) -> TestCaseResult) {
    let is_asked = std::env::var_os("PROPTEST_CASES").is_some();
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = if is_asked {
        TestRunner::new(config)
    } else {
        TestRunner::new_with_rng(Config { cases: CASES, ..config }, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    };
    runner.run(strategy, test).unwrap_or_else(|fault| panic!("{fault}"));
}

#[test]
fn agrees_with_the_oracle_on_frames_however_they_are_split() {
    let limits = prop_oneof![Just(0), Just(3), Just(130), Just(70_000)];
    check(&(vec(any::<[u8; 6]>(), 0..6), limits, 0..8_usize), |(plan, limit, cut)| {
        let bytes = written(&plan);
        agrees(&bytes[..bytes.len().saturating_sub(cut)], limit)
    });
}

#[test]
fn agrees_with_the_oracle_on_any_bytes_however_they_are_split() {
    check(&(vec(any::<u8>(), 0..24), 0..200_usize), |(bytes, limit)| agrees(&bytes, limit));
}

#[test]
fn counts_every_frame_that_has_arrived_whole() {
    for first in [0x81, 0x89] {
        let mut many = [first, 0x80, 0, 0, 0, 0].repeat(1_000);
        many.extend([first, 0x80]);
        let passed = Frames::default().read(&many, 9);
        assert_eq!(passed, Passed { bytes: many.len(), frames: 1_000, fault: None });
    }
}

/// Frames that are refused at their last header byte before the mask, for a limit of 64 KiB.
#[test]
fn refuses_a_frame_at_its_header() {
    let gib16 = [0, 0, 0, 4, 0, 0, 0, 0];
    for (first, second, length, expected) in [
        (0x81, 0xFF, &gib16[..], Fault::TooLarge),
        (0x82, 0xFF, &gib16, Fault::TooLarge),
        (0x01, 0xFF, &[0, 0, 0, 0, 0, 1, 0, 1], Fault::TooLarge),
        (0x81, 0xFF, &[0x80, 0, 0, 0, 0, 0, 0, 0], Fault::Length),
        (0x81, 0xFF, &[0, 0, 0, 0, 0, 0, 0, 5], Fault::Length),
        (0x81, 0xFE, &[0, 125], Fault::Length),
        (0x89, 0xFF, &[], Fault::LongControl),
        (0x8A, 0xFE, &[], Fault::LongControl),
        (0x88, 0xFF, &[], Fault::LongControl),
        (0x88, 0x81, &[], Fault::CloseCode),
        (0x81, 0x05, &[], Fault::Unmasked),
    ] {
        let bytes = [&[first, second], length].concat();
        let passed = Frames::default().read(&bytes, 64 << 10);
        assert_eq!(passed, Passed { bytes: 0, frames: 0, fault: Some(expected) }, "{bytes:x?}");
    }
    for (first, expected) in [
        (0x80, Fault::NothingToContinue),
        (0x00, Fault::NothingToContinue),
        (0x09, Fault::FragmentedControl),
        (0x08, Fault::FragmentedControl),
        (0xC1, Fault::ReservedBit),
        (0xA9, Fault::ReservedBit),
        (0x91, Fault::ReservedBit),
        (0x83, Fault::Opcode),
        (0x8B, Fault::Opcode),
        (0x07, Fault::Opcode),
        (0x0F, Fault::Opcode),
    ] {
        assert_eq!(Frames::default().read(&[first], 64 << 10).fault, Some(expected), "{first:x}");
    }
}

#[test]
fn counts_all_fragments_of_a_message() {
    let mut frames = Frames::default();
    assert_eq!(frames.read(&[0x01, 0x82, 0, 0, 0, 0, b'a', b'b'], 4).fault, None);
    assert_eq!(frames.read(&[0x89, 0x85, 0, 0, 0, 0, 1, 2, 3, 4, 5], 4).fault, None, "a ping is none");
    assert_eq!(frames.read(&[0x00, 0x82, 0, 0, 0, 0, b'c', b'd'], 4).fault, None);
    assert_eq!(frames.read(&[0x80, 0x81], 4).fault, Some(Fault::TooLarge));
}

#[test]
fn skips_to_the_close_frame_after_a_message_that_is_too_large() {
    let close = [0x88, 0x82, 0, 0, 0, 0, 3, 232];
    let mut frames = Frames::default();
    assert_eq!(frames.read(&[0x81, 0xFE, 1, 0, 0, 0], 9).fault, Some(Fault::TooLarge));
    assert!(!frames.skip(&[0, 0]));
    assert!(!frames.skip(&[0x88; 256]), "these are the payload");
    assert!(!frames.skip(&[0x81, 0x80, 0, 0, 0, 0]));
    assert!(frames.skip(&close));
    assert!(frames.skip(&[]));

    let mut frames = Frames::default();
    assert!(!frames.skip(&[0x81, 0xFF, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]), "16 GiB, which are not kept");
    assert!(!frames.skip(&close), "this is payload");
    let mut frames = Frames::default();
    assert!(frames.skip(&[0x81, 0x00]), "not masked: it is unknown where frames begin");
}
