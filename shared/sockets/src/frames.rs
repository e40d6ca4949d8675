//! Checks the headers of a client's frames while their bytes arrive, and returns how many of the bytes may be decoded.
//!
//! The codec needs all bytes of a frame, and checks it then. Here each frame is checked by its header before its bytes are kept, so that a
//! client makes the reader hold one message of the permitted size and no more. The rules are those of RFC 6455, section 5. Texts that
//! arrive in pieces are checked piece by piece; whole ones when they are decoded.

use thiserror::Error;

use crate::utf8::{NotUtf8, Utf8};

/// Bytes that are unmasked at once to be checked.
const UNMASKED_AT_ONCE: usize = 512;
const CONTROL_BYTES: u8 = 125;
const MASK_BYTES: u8 = 4;
/// Bytes of a close frame's payload before its reason.
const CODE_BYTES: usize = 2;

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;
/// In place of a length: the length is in the next two bytes.
const IN_TWO: u8 = 126;
/// In place of a length: the length is in the next eight bytes.
const IN_EIGHT: u8 = 127;

const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

/// A fault in a client's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Fault {
    #[error("the message is too large")]
    TooLarge,
    #[error("a text is not UTF-8")]
    NotUtf8,
    #[error("a reserved bit is set")]
    ReservedBit,
    #[error("the opcode is unknown")]
    Opcode,
    #[error("a client's frame must be masked")]
    Unmasked,
    #[error("a control frame must not be fragmented")]
    FragmentedControl,
    #[error("a control frame has at most 125 bytes")]
    LongControl,
    #[error("a continuation must follow the first fragment of a message")]
    NothingToContinue,
    #[error("a new message begins before the last fragment of the one before")]
    Interrupted,
    #[error("the length must be written in as few bytes as possible")]
    Length,
    #[error("the code of a close frame is not valid")]
    CloseCode,
}

impl From<NotUtf8> for Fault {
    fn from(_: NotUtf8) -> Self {
        Self::NotUtf8
    }
}

/// The part of the read bytes that may be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passed {
    /// The number of bytes that may pass.
    pub(crate) bytes: usize,
    /// Frames that end within these bytes.
    pub(crate) frames: usize,
    /// The fault behind these bytes.
    pub(crate) fault: Option<Fault>,
}

/// The codec's own limit if a message may have `limit` bytes. The codec counts control frames too.
pub(crate) fn codec_limit(limit: usize) -> usize {
    limit.max(usize::from(CONTROL_BYTES))
}

/// The state of reading one client's frames.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    /// The header of the current frame, as far as it has arrived.
    head: [u8; 14],
    head_len: u8,
    phase: Phase,
    /// Opcode of the current message; 0 between messages.
    message: u8,
    /// Bytes of that message, by the headers so far.
    message_bytes: usize,
    /// Bytes of the frame's payload that have arrived. For a control frame and for the place in the mask, so it may wrap.
    arrived: u32,
    /// Bytes of the frame's payload that are still to come.
    left: u64,
    utf8: Utf8,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    /// Frames are skipped up to the close frame.
    Leaving,
    /// The client has sent its close frame, or it is unknown where its frames begin.
    Over,
}

impl Frames {
    /// Reads bytes as they arrive: up to the first fault or the client's close frame. A message may have `limit` bytes.
    pub(crate) fn read(&mut self, bytes: &[u8], limit: usize) -> Passed {
        let mut rest = bytes;
        let mut passed = Passed { bytes: 0, frames: 0, fault: None };
        while !rest.is_empty() && self.phase == Phase::Open {
            if let Some(size) = self.whole_message(rest, limit) {
                rest = &rest[size..];
                passed.frames += 1;
            } else {
                match self.advance(&mut rest, limit) {
                    Ok(has_ended) => passed.frames += usize::from(has_ended),
                    Err(fault) => {
                        passed.fault = Some(fault);
                        self.fail(fault, rest);
                        break;
                    }
                }
            }
            passed.bytes = bytes.len() - rest.len();
        }
        passed
    }

    /// Skips bytes. `true` if nothing is left to wait for: the client has sent its close frame, or it is unknown where its frames begin.
    pub(crate) fn skip(&mut self, mut bytes: &[u8]) -> bool {
        if self.phase == Phase::Open {
            self.phase = Phase::Leaving;
        }
        while !bytes.is_empty() && self.phase == Phase::Leaving {
            if self.advance(&mut bytes, usize::MAX).is_err() {
                self.phase = Phase::Over;
            }
        }
        self.phase == Phase::Over
    }

    fn fail(&mut self, fault: Fault, rest: &[u8]) {
        match fault {
            Fault::TooLarge | Fault::NotUtf8 => _ = self.skip(rest),
            _ => self.phase = Phase::Over,
        }
    }

    /// The size of a message that is here as one frame. Nearly all are, so this costs a few instructions.
    fn whole_message(&self, bytes: &[u8], limit: usize) -> Option<usize> {
        const WHOLE_TEXT: u8 = FIN | TEXT;
        const WHOLE_BINARY: u8 = FIN | BINARY;
        let &[WHOLE_TEXT | WHOLE_BINARY, second, third, fourth, ..] = bytes else { return None };
        let (head, length) = match second.wrapping_sub(MASKED) {
            short @ 0..IN_TWO => (6, usize::from(short)),
            IN_TWO => (8, usize::from(u16::from_be_bytes([third, fourth]))),
            _ => return None,
        };
        let is_shortest = head == 6 || length >= usize::from(IN_TWO);
        let is_whole = is_shortest && length <= limit && head + length <= bytes.len();
        (is_whole && self.head_len == 0 && self.message == 0).then_some(head + length)
    }

    /// Takes bytes of one header, or of one payload, from the front of `rest`. `true` where the frame has ended.
    fn advance(&mut self, rest: &mut &[u8], limit: usize) -> Result<bool, Fault> {
        if self.left == 0 && !self.header(rest, limit)? {
            return Ok(false);
        }
        let checked = self.payload(rest);
        let has_ended = self.left == 0;
        let ended = if has_ended { self.end() } else { Ok(()) };
        checked.and(ended).map(|()| has_ended)
    }

    /// Checks the header at each byte that can show a fault. `true` if it is complete.
    fn header(&mut self, rest: &mut &[u8], limit: usize) -> Result<bool, Fault> {
        while let Some((&byte, after)) = rest.split_first() {
            *rest = after;
            self.head[usize::from(self.head_len)] = byte;
            self.head_len += 1;
            match self.head_len {
                1 => self.check_first_byte(byte)?,
                2 => self.check_second_byte(byte)?,
                _ => {}
            }
            let length_ends = self.length_ends();
            if self.head_len == length_ends {
                self.check_length(limit)?;
            } else if self.head_len == length_ends + MASK_BYTES {
                self.begin();
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn check_first_byte(&self, first: u8) -> Result<(), Fault> {
        if first & RESERVED != 0 {
            return Err(Fault::ReservedBit);
        }
        match first & 0xF {
            CONTINUATION if self.message == 0 => Err(Fault::NothingToContinue),
            TEXT | BINARY if self.message != 0 => Err(Fault::Interrupted),
            CLOSE | PING | PONG if first & FIN == 0 => Err(Fault::FragmentedControl),
            CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG => Ok(()),
            _ => Err(Fault::Opcode),
        }
    }

    fn check_second_byte(&self, second: u8) -> Result<(), Fault> {
        match (second & !MASKED, self.opcode()) {
            _ if second & MASKED == 0 => Err(Fault::Unmasked),
            (length, CLOSE | PING | PONG) if length > CONTROL_BYTES => Err(Fault::LongControl),
            (1, CLOSE) => Err(Fault::CloseCode),
            _ => Ok(()),
        }
    }

    fn check_length(&self, limit: usize) -> Result<(), Fault> {
        let length = self.length();
        let is_shortest = match self.head[1] & !MASKED {
            IN_TWO => length >= u64::from(IN_TWO),
            IN_EIGHT => length > u64::from(u16::MAX) && length <= i64::MAX as u64,
            _ => true,
        };
        let room = limit.saturating_sub(self.message_bytes) as u64;
        match self.phase {
            _ if !is_shortest => Err(Fault::Length),
            Phase::Open if self.is_data() && length > room => Err(Fault::TooLarge),
            _ => Ok(()),
        }
    }

    fn begin(&mut self) {
        self.arrived = 0;
        self.left = self.length();
        if self.opcode() == CLOSE {
            self.utf8 = Utf8::default();
        } else if self.is_data() {
            // Over the limit, the count no longer matters.
            self.message_bytes = self.message_bytes.saturating_add(usize::try_from(self.left).unwrap_or(usize::MAX));
            if self.opcode() != CONTINUATION {
                self.message = self.opcode();
            }
        }
    }

    fn payload(&mut self, rest: &mut &[u8]) -> Result<(), Fault> {
        let here = usize::try_from(self.left).map_or(rest.len(), |left| left.min(rest.len()));
        let (piece, after) = rest.split_at(here);
        *rest = after;
        self.left -= here as u64;
        let is_text = self.opcode() == CLOSE || (self.is_data() && self.message == TEXT);
        if is_text && self.phase == Phase::Open {
            self.check_text(piece)?;
        }
        self.arrived = self.arrived.wrapping_add(here as u32);
        Ok(())
    }

    fn check_text(&mut self, piece: &[u8]) -> Result<(), NotUtf8> {
        let length_ends = usize::from(self.length_ends());
        let mut mask: [u8; 4] = [0, 1, 2, 3].map(|at| self.head[length_ends + at]);
        mask.rotate_left(self.arrived as usize % 4);
        let mut before_text = if self.opcode() == CLOSE { CODE_BYTES.saturating_sub(self.arrived as usize) } else { 0 };
        let mut unmasked = [0; UNMASKED_AT_ONCE];
        for part in piece.chunks(UNMASKED_AT_ONCE) {
            for (at, byte) in part.iter().enumerate() {
                unmasked[at] = byte ^ mask[at % 4];
            }
            self.utf8.push(unmasked[..part.len()].get(before_text..).unwrap_or_default())?;
            before_text = 0;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let is_right = self.phase != Phase::Open || self.utf8.is_complete();
        let ends_message = self.is_data() && self.head[0] & FIN != 0;
        self.head_len = 0;
        if self.opcode() == CLOSE {
            self.phase = Phase::Over;
        } else if ends_message {
            (self.message, self.message_bytes) = (0, 0);
            self.utf8 = Utf8::default();
        } else {
            return Ok(());
        }
        if is_right { Ok(()) } else { Err(Fault::NotUtf8) }
    }

    fn opcode(&self) -> u8 {
        self.head[0] & 0xF
    }

    fn is_data(&self) -> bool {
        self.opcode() < CLOSE
    }

    /// Bytes of the header up to the end of the length.
    fn length_ends(&self) -> u8 {
        match self.head[1] & !MASKED {
            IN_TWO => 4,
            IN_EIGHT => 10,
            _ => 2,
        }
    }

    fn length(&self) -> u64 {
        let [_, second, a, b, c, d, e, f, g, h, ..] = self.head;
        match second & !MASKED {
            IN_TWO => u64::from(u16::from_be_bytes([a, b])),
            IN_EIGHT => u64::from_be_bytes([a, b, c, d, e, f, g, h]),
            short => u64::from(short),
        }
    }
}

#[cfg(test)]
mod tests;
