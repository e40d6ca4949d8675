//! Reads MessagePack token by token, for code that inspects encoded bytes without decoding all of them.

/// One token of an encoded value. The entries of a list or a map follow it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Token<'a> {
    Nil,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    /// Not checked to be UTF-8.
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    List(u32),
    /// The number of pairs of a key and a value.
    Map(u32),
    Extension,
}

/// Reads tokens from the front of a byte slice. Returns `None` if the bytes end too early or are no MessagePack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes that were not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Returns the next token. Checks that its content is complete, but not the entries of lists and maps.
    pub(crate) fn token(&mut self) -> Option<Token<'a>> {
        let token = match self.byte()? {
            small @ 0x00..=0x7f => Token::Unsigned(small.into()),
            negative @ 0xe0..=0xff => Token::Signed(i8::from_be_bytes([negative]).into()),
            map @ 0x80..=0x8f => Token::Map((map & 0x0f).into()),
            list @ 0x90..=0x9f => Token::List((list & 0x0f).into()),
            text @ 0xa0..=0xbf => Token::Text(self.take((text & 0x1f).into())?),
            0xc0 => Token::Nil,
            0xc1 => return None,
            0xc2 => Token::Bool(false),
            0xc3 => Token::Bool(true),
            0xc4 => Token::Bytes(self.counted::<1>()?),
            0xc5 => Token::Bytes(self.counted::<2>()?),
            0xc6 => Token::Bytes(self.counted::<4>()?),
            0xc7 => self.extension_counted::<1>()?,
            0xc8 => self.extension_counted::<2>()?,
            0xc9 => self.extension_counted::<4>()?,
            0xca => Token::Float(f32::from_be_bytes(self.array()?).into()),
            0xcb => Token::Float(f64::from_be_bytes(self.array()?)),
            0xcc => Token::Unsigned(self.unsigned::<1>()?),
            0xcd => Token::Unsigned(self.unsigned::<2>()?),
            0xce => Token::Unsigned(self.unsigned::<4>()?),
            0xcf => Token::Unsigned(self.unsigned::<8>()?),
            0xd0 => Token::Signed(i8::from_be_bytes(self.array()?).into()),
            0xd1 => Token::Signed(i16::from_be_bytes(self.array()?).into()),
            0xd2 => Token::Signed(i32::from_be_bytes(self.array()?).into()),
            0xd3 => Token::Signed(i64::from_be_bytes(self.array()?)),
            0xd4 => self.extension(1)?,
            0xd5 => self.extension(2)?,
            0xd6 => self.extension(4)?,
            0xd7 => self.extension(8)?,
            0xd8 => self.extension(16)?,
            0xd9 => Token::Text(self.counted::<1>()?),
            0xda => Token::Text(self.counted::<2>()?),
            0xdb => Token::Text(self.counted::<4>()?),
            0xdc => Token::List(self.length::<2>()?),
            0xdd => Token::List(self.length::<4>()?),
            0xde => Token::Map(self.length::<2>()?),
            0xdf => Token::Map(self.length::<4>()?),
        };
        Some(token)
    }

    /// Skips one whole value of any depth. It counts the remaining tokens instead of recursing.
    pub(crate) fn skip(&mut self) -> Option<()> {
        let mut to_come = 1_u64;
        while to_come > 0 {
            to_come -= 1;
            to_come += match self.token()? {
                Token::List(length) => u64::from(length),
                Token::Map(length) => 2 * u64::from(length),
                _ => 0,
            };
        }
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    /// A big-endian number of `N` bytes.
    fn unsigned<const N: usize>(&mut self) -> Option<u64> {
        let digits = self.take(N)?;
        Some(digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit)))
    }

    fn length<const N: usize>(&mut self) -> Option<u32> {
        self.unsigned::<N>()?.try_into().ok()
    }

    fn counted<const N: usize>(&mut self) -> Option<&'a [u8]> {
        let length = self.unsigned::<N>()?;
        self.take(length.try_into().ok()?)
    }

    fn extension_counted<const N: usize>(&mut self) -> Option<Token<'a>> {
        let length = self.unsigned::<N>()?;
        self.extension(length.try_into().ok()?)
    }

    /// Skips the type and the content of an extension.
    fn extension(&mut self, length: usize) -> Option<Token<'a>> {
        self.byte()?;
        self.take(length)?;
        Some(Token::Extension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Option<Vec<Token<'_>>> {
        let mut tokens = Tokens::new(bytes);
        let mut read = Vec::new();
        while !tokens.rest().is_empty() {
            read.push(tokens.token()?);
        }
        Some(read)
    }

    #[test]
    fn reads_every_format() {
        use Token::*;
        for (bytes, expected) in [
            (&b"\x00\x7f\xe0\xff"[..], vec![Unsigned(0), Unsigned(127), Signed(-32), Signed(-1)]),
            (b"\xc0\xc2\xc3", vec![Nil, Bool(false), Bool(true)]),
            (b"\xcc\x80\xcd\x01\0\xce\0\x01\0\0", vec![Unsigned(128), Unsigned(256), Unsigned(65_536)]),
            (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", vec![Unsigned(u64::MAX)]),
            (b"\xd0\x80\xd1\x80\0\xd2\x80\0\0\0", vec![Signed(-128), Signed(-32_768), Signed(i32::MIN.into())]),
            (b"\xd3\x80\0\0\0\0\0\0\0", vec![Signed(i64::MIN)]),
            (b"\xca\x3f\xc0\0\0\xcb\x3f\xf8\0\0\0\0\0\0", vec![Float(1.5), Float(1.5)]),
            (b"\xa1a\xd9\x01a\xda\0\x01a\xdb\0\0\0\x01a", vec![Text(b"a"); 4]),
            (b"\xc4\x01a\xc5\0\x01a\xc6\0\0\0\x01a", vec![Bytes(b"a"); 3]),
            (b"\x92\xdc\0\x02\xdd\0\0\0\x02", vec![List(2); 3]),
            (b"\x82\xde\0\x02\xdf\0\0\0\x02", vec![Map(2); 3]),
            (b"\xd4\x01a\xd5\x01ab\xd6\x01abcd\xd7\x01abcdefgh\xd8\x01abcdefghabcdefgh", vec![Extension; 5]),
            (b"\xc7\x01\x05a\xc8\0\x01\x05a\xc9\0\0\0\x01\x05a", vec![Extension; 3]),
        ] {
            assert_eq!(all(bytes), Some(expected), "{bytes:x?}");
        }
    }

    #[test]
    fn reads_nothing_from_bytes_that_end_too_early() {
        for first in 0..=0xff_u8 {
            let mut bytes = vec![first];
            bytes.resize(20, 0xff);
            let mut tokens = Tokens::new(&bytes);
            let read = tokens.token();
            let used = bytes.len() - tokens.rest().len();
            assert!(read.is_none() || (0..used).all(|end| Tokens::new(&bytes[..end]).token().is_none()), "{first:x}");
        }
    }

    #[test]
    fn skips_one_value_without_using_the_stack() {
        let bytes = [&[0x91; 1_000_000][..], b"\x81\x01\x92\x02\x03", b"next"].concat();
        let mut tokens = Tokens::new(&bytes);
        assert_eq!(tokens.skip(), Some(()));
        assert_eq!(tokens.rest(), b"next");
        let promised = b"\xdf\xff\xff\xff\xff\xdf\xff\xff\xff\xff\x01";
        assert_eq!(Tokens::new(promised).skip(), None);
    }
}
