//! WebSocket frames as a client reads and writes them (RFC 6455, section 5.2).

/// The kind of a server's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    /// Text, binary or a continuation.
    Data,
    /// The server closes the socket.
    Close,
    /// The client must answer with a pong.
    Ping,
    /// The client does nothing.
    Pong,
}

/// Splits the first whole frame off `bytes`: its kind, its payload, and the bytes after it. `None` if the frame is not whole yet.
pub(super) fn next(bytes: &[u8]) -> Option<(Opcode, &[u8], &[u8])> {
    let (&[first, second], rest) = bytes.split_first_chunk()?;
    // A server does not mask its frames.
    let (length, rest) = match second & 0x7f {
        126 => rest.split_first_chunk().map(|(length, rest)| (u64::from(u16::from_be_bytes(*length)), rest))?,
        127 => rest.split_first_chunk().map(|(length, rest)| (u64::from_be_bytes(*length), rest))?,
        short => (u64::from(short), rest),
    };
    let (payload, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let opcode = match first & 0x0f {
        8 => Opcode::Close,
        9 => Opcode::Ping,
        10 => Opcode::Pong,
        _ => Opcode::Data,
    };
    Some((opcode, payload, rest))
}

/// A client's text frame. The mask is zero: the protocol allows it, and it costs nothing.
pub fn text(payload: &str) -> Vec<u8> {
    write(0x81, payload.as_bytes())
}

/// The answer to a ping.
pub(super) fn pong(payload: &[u8]) -> Vec<u8> {
    write(0x8a, payload)
}

fn write(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..=125 => frame.push(0x80 | short as u8),
        long @ 126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(long as u16).to_be_bytes());
        }
        longer => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&(longer as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_frames_off_one_by_one() {
        let bytes = [0x81, 2, b'h', b'i', 0x89, 0, 0x81, 126];
        let (opcode, payload, rest) = next(&bytes).unwrap();
        assert_eq!((opcode, payload), (Opcode::Data, &b"hi"[..]));
        let (opcode, payload, rest) = next(rest).unwrap();
        assert_eq!((opcode, payload), (Opcode::Ping, &b""[..]));
        assert_eq!(next(rest), None);
    }
}
