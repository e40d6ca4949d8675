//! Session tokens. The browser has the token, the database only its keyed hash: a reader of the database cannot sign in.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const BYTES: usize = 32;
/// Separates this use of the secret from others, so that one key does not reveal another.
const PURPOSE: &[u8] = b"catamaran session token 1";

/// The browser's proof of its session: 256 random bits. A secret: `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken([u8; BYTES]);

/// The text is not a session token. The error does not contain the text, which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a session token is 43 characters of base64url; sign in again")]
pub struct NotAToken;

impl SessionToken {
    /// Creates a token from the operating system's random numbers.
    ///
    /// # Panics
    /// If the operating system provides no random numbers: then no token would be safe.
    pub fn generate() -> Self {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        Self(bytes)
    }

    /// Reads a token from a cookie's value.
    ///
    /// # Errors
    /// The text is not 43 characters of base64url without padding.
    pub fn parse(text: &str) -> Result<Self, NotAToken> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAToken)?;
        bytes.try_into().map(Self).map_err(|_| NotAToken)
    }

    /// The token as a cookie's value: 43 characters of base64url.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The hash that the database stores.
    pub fn hash(&self, key: &TokenKey) -> TokenHash {
        TokenHash(finish(key.0.clone(), &self.0))
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(hidden)")
    }
}

/// The key of the token hashes, derived from the shared secret. A new secret signs out all users. Keying once saves half of the work of
/// each hash.
#[derive(Clone)]
pub struct TokenKey(Hmac<Sha256>);

impl TokenKey {
    /// Derives the key from a secret of any length.
    pub fn new(secret: &[u8]) -> Self {
        Self(keyed(&finish(keyed(secret), PURPOSE)))
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(hidden)")
    }
}

/// HMAC-SHA256 of a token, as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenHash([u8; BYTES]);

impl TokenHash {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(hidden)")
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn finish(mut mac: Hmac<Sha256>, text: &[u8]) -> [u8; BYTES] {
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_encoded_token() {
        let token = SessionToken::generate();
        assert_eq!(token.encode().len(), 43);
        assert_eq!(SessionToken::parse(&token.encode()).unwrap(), token);
        assert_ne!(SessionToken::generate(), token);
    }

    #[test]
    fn refuses_other_texts_as_tokens() {
        let token = SessionToken::generate().encode();
        for text in ["", "abc", &token[1..], &format!("{token}A"), &format!("{token}="), &"+".repeat(43), &"é".repeat(43)] {
            assert_eq!(SessionToken::parse(text), Err(NotAToken), "{text:?}");
        }
    }

    #[test]
    fn the_hash_depends_on_token_and_key() {
        let (token, key) = (SessionToken::generate(), TokenKey::new(b"one"));
        assert_eq!(token.hash(&key), token.hash(&TokenKey::new(b"one")));
        assert_ne!(token.hash(&key), token.hash(&TokenKey::new(b"two")));
        assert_ne!(token.hash(&key), SessionToken::generate().hash(&key));
    }

    #[test]
    fn computes_the_hash_of_rfc_4231() {
        // RFC 4231, test case 2.
        assert_eq!(
            finish(keyed(b"Jefe"), b"what do ya want for nothing?")[..8],
            [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e]
        );
    }

    #[test]
    fn debug_hides_secrets() {
        let (token, key) = (SessionToken::generate(), TokenKey::new(b"one"));
        let shown = format!("{token:?} {key:?} {:?}", token.hash(&key));
        assert_eq!(shown, "SessionToken(hidden) TokenKey(hidden) TokenHash(hidden)");
    }
}
