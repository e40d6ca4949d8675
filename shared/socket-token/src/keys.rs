//! Signs tokens and opens them.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::PREFIX;

/// The most bytes that a subject may have: a token stays far below the 4 KiB that some proxies take in one header line.
pub const SUBJECT_BYTES: usize = 512;
/// Separates this use of a secret from others: a signature of another use is none here.
const PURPOSE: &[u8] = b"catamaran socket token 1";
const ID_BYTES: usize = 16;
const TIME_BYTES: usize = 8;
const SIGNATURE_BYTES: usize = 32;
/// A longer text is not decoded.
const LONGEST: usize = (ID_BYTES + TIME_BYTES + SUBJECT_BYTES + SIGNATURE_BYTES).div_ceil(3) * 4;

/// The unique id of a token: 16 random bytes. The server that accepts the token stores it, so that the token works once.
pub type TokenId = [u8; ID_BYTES];

/// The content of a valid token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The unique id of the token.
    pub id: TokenId,
    /// The session or the user for which the token was made.
    pub subject: String,
    /// The end of the token's validity, in Unix milliseconds. Its id need not be stored for longer.
    pub expires_at: i64,
}

/// The reason why a token is refused. The texts fit into the reason of a close frame, and repeat nothing of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFault {
    /// The client offers more than one token.
    #[error("offer one socket token, not several")]
    Several,
    /// The text is no token: cut, for example.
    #[error("this is no socket token; ask for a new one")]
    Malformed,
    /// No key of this server has signed the token.
    #[error("this socket token was not signed with this server's SECRET_KEY; ask for a new one")]
    Foreign,
    /// The time of the token is over.
    #[error("this socket token has expired; ask for a new one")]
    Expired,
}

/// The keys of socket tokens, derived from the secret that the servers of a site share. `Debug` hides them.
#[derive(Clone)]
pub struct TokenKeys {
    signing: Hmac<Sha256>,
    accepted: Vec<Hmac<Sha256>>,
}

impl TokenKeys {
    /// Derives the key from a secret of any length.
    pub fn new(secret: &[u8]) -> Self {
        Self { signing: derive(secret), accepted: Vec::new() }
    }

    /// Opens tokens of a previous secret too, and signs none with it.
    #[must_use]
    pub fn accept(mut self, previous: &[u8]) -> Self {
        self.accepted.push(derive(previous));
        self
    }

    /// Returns a new token for this subject, as a client offers it: a subprotocol that begins with [`PREFIX`]. `expires_at` is the first
    /// moment at which it is not valid any more, in Unix milliseconds.
    ///
    /// # Panics
    /// If the subject has more than [`SUBJECT_BYTES`] bytes, or the operating system provides no random numbers: then no token is safe.
    pub fn sign(&self, subject: &str, expires_at: i64) -> String {
        assert!(subject.len() <= SUBJECT_BYTES, "the subject of a socket token has at most {SUBJECT_BYTES} bytes");
        let mut id = TokenId::default();
        getrandom::fill(&mut id).expect("the operating system gives random bytes");
        let mut bytes = [&id[..], &expires_at.to_be_bytes(), subject.as_bytes()].concat();
        let signature = self.signing.clone().chain_update(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&signature);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Opens a token as a client offers it. The caller still checks that its id was not used before, and that its subject still lives.
    ///
    /// # Errors
    /// The text is no token, no key has signed it, or its time is over at `now`, in Unix milliseconds.
    pub fn open(&self, token: &str, now: i64) -> Result<Claims, TokenFault> {
        let text = token.strip_prefix(PREFIX).filter(|text| text.len() <= LONGEST).ok_or(TokenFault::Malformed)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenFault::Malformed)?;
        let (signed, signature) = bytes.split_last_chunk::<SIGNATURE_BYTES>().ok_or(TokenFault::Malformed)?;
        let mut keys = std::iter::once(&self.signing).chain(&self.accepted);
        if !keys.any(|key| key.clone().chain_update(signed).verify_slice(signature).is_ok()) {
            return Err(TokenFault::Foreign);
        }
        let claims = read(signed).ok_or(TokenFault::Malformed)?;
        if claims.expires_at > now { Ok(claims) } else { Err(TokenFault::Expired) }
    }
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKeys(hidden)")
    }
}

fn derive(secret: &[u8]) -> Hmac<Sha256> {
    keyed(&keyed(secret).chain_update(PURPOSE).finalize().into_bytes())
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn read(signed: &[u8]) -> Option<Claims> {
    let (id, rest) = signed.split_first_chunk::<ID_BYTES>()?;
    let (time, subject) = rest.split_first_chunk::<TIME_BYTES>()?;
    let subject = str::from_utf8(subject).ok()?.to_owned();
    Some(Claims { id: *id, subject, expires_at: i64::from_be_bytes(*time) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;
    const LATER: i64 = NOW + 60_000;

    fn keys() -> TokenKeys {
        TokenKeys::new(b"one secret")
    }

    #[test]
    fn opens_a_signed_token_until_it_expires() {
        let token = keys().sign("session", LATER);
        let claims = keys().open(&token, LATER - 1).unwrap();
        assert_eq!((claims.subject.as_str(), claims.expires_at), ("session", LATER));
        assert_eq!(keys().open(&token, LATER), Err(TokenFault::Expired));
    }

    #[test]
    fn gives_each_token_an_id_of_its_own() {
        let id = || keys().open(&keys().sign("session", LATER), NOW).unwrap().id;
        assert_ne!(id(), id());
    }

    #[test]
    fn refuses_the_token_of_another_secret() {
        let token = TokenKeys::new(b"another secret").sign("session", LATER);
        assert_eq!(keys().open(&token, NOW), Err(TokenFault::Foreign));
        assert_eq!(keys().accept(b"another secret").open(&token, NOW).unwrap().subject, "session");
        let signed_anew = keys().accept(b"another secret").sign("session", LATER);
        assert!(keys().open(&signed_anew, NOW).is_ok(), "the first secret signs");
    }

    #[test]
    fn refuses_a_token_with_any_changed_character() {
        let token = keys().sign("session", LATER);
        for at in PREFIX.len()..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(matches!(keys().open(&changed, NOW), Err(TokenFault::Foreign | TokenFault::Malformed)), "{at}");
        }
    }

    #[test]
    fn refuses_texts_that_are_no_token() {
        let token = keys().sign("session", LATER);
        let long = format!("{PREFIX}{}", "A".repeat(LONGEST + 4));
        let bare = token.strip_prefix(PREFIX).unwrap();
        for text in ["", PREFIX, bare, "catamaran.token.AAAA", "catamaran.token.한글", &format!("{token}="), &long] {
            assert_eq!(keys().open(text, NOW), Err(TokenFault::Malformed), "{text}");
        }
        assert_eq!(keys().open(&token[..token.len() - 4], NOW), Err(TokenFault::Foreign));
    }

    #[test]
    fn takes_the_longest_subject() {
        let subject = "x".repeat(SUBJECT_BYTES);
        assert_eq!(keys().open(&keys().sign(&subject, LATER), NOW).unwrap().subject, subject);
    }

    #[test]
    fn is_a_subprotocol_as_rfc_6455_wants_it() {
        let token = keys().sign("세션", LATER);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{token}");
    }

    #[test]
    fn hides_secrets_and_fits_reasons_into_close_frames() {
        assert_eq!(format!("{:?}", keys()), "TokenKeys(hidden)");
        for fault in [TokenFault::Several, TokenFault::Malformed, TokenFault::Foreign, TokenFault::Expired] {
            assert!(fault.to_string().len() <= 123, "{fault}");
        }
    }
}
