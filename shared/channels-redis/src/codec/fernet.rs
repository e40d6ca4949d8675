//! Fernet tokens, compatible with Python's `cryptography`: AES-128-CBC, signed with HMAC-SHA256, in base64.
//!
//! The parts of a token before base64: the version (1 byte, 0x80), seconds since 1970 (8 bytes), the IV (16), the encrypted text (blocks
//! of 16), the signature (32).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aes::{
    Aes128,
    cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::keys::Key;

const VERSION: u8 = 0x80;
const BLOCK: usize = 16;
const HEADER: usize = 1 + 8 + BLOCK;
const SIGNATURE: usize = 32;
/// A sender's clock may be this much ahead of ours (`_MAX_CLOCK_SKEW`).
const MAX_AHEAD: Duration = Duration::from_secs(60);

/// The reason why a token was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenFault {
    /// It is not base64 of the version and the other parts.
    NotAToken,
    /// No key matches the signature, or the token was changed.
    NoKeyFits,
    /// It is too old. Holds its age in seconds.
    TooOld(u64),
    /// It is from the future. Holds the difference in seconds.
    FromTheFuture(u64),
}

/// Encrypts `plain` into a token. An `iv` must not be used twice with a key.
pub(super) fn seal(key: &Key, plain: &[u8], now: SystemTime, iv: [u8; BLOCK]) -> String {
    let mut token = Vec::with_capacity(HEADER + plain.len() + BLOCK + SIGNATURE);
    token.push(VERSION);
    token.extend_from_slice(&seconds(now).to_be_bytes());
    token.extend_from_slice(&iv);
    token.extend(cbc::Encryptor::<Aes128>::new(&key.encryption.into(), &iv.into()).encrypt_padded_vec::<Pkcs7>(plain));
    let signature = signer(key, &token).finalize().into_bytes();
    token.extend_from_slice(&signature);
    URL_SAFE.encode(token)
}

/// Decrypts a token of one of `keys`. With `max_age`, refuses tokens that are older at `now`, and tokens from more than a minute after it.
pub(super) fn open(keys: &[Key], token: &[u8], now: SystemTime, max_age: Option<Duration>) -> Result<Bytes, TokenFault> {
    let mut token = URL_SAFE.decode(token).map_err(|_| TokenFault::NotAToken)?;
    let signed = token.len().checked_sub(SIGNATURE).ok_or(TokenFault::NotAToken)?;
    let sent = sent_at(&token[..signed])?;
    let fits = |key: &&Key| signer(key, &token[..signed]).verify_slice(&token[signed..]).is_ok();
    let key = keys.iter().find(fits).ok_or(TokenFault::NoKeyFits)?;
    check_age(sent, seconds(now), max_age)?;

    let mut iv = [0; BLOCK];
    iv.copy_from_slice(&token[HEADER - BLOCK..HEADER]);
    let cipher = cbc::Decryptor::<Aes128>::new(&key.encryption.into(), &iv.into());
    let plain = cipher.decrypt_padded::<Pkcs7>(&mut token[HEADER..signed]).map_err(|_| TokenFault::NotAToken)?.len();
    Ok(Bytes::from(token).slice(HEADER..HEADER + plain))
}

/// Returns when a token was made, in seconds since 1970. `signed` is the token without the signature.
fn sent_at(signed: &[u8]) -> Result<u64, TokenFault> {
    let (&version, rest) = signed.split_first().ok_or(TokenFault::NotAToken)?;
    let (sent, rest) = rest.split_first_chunk().ok_or(TokenFault::NotAToken)?;
    let is_whole = version == VERSION && rest.len() >= 2 * BLOCK && rest.len().is_multiple_of(BLOCK);
    if is_whole { Ok(u64::from_be_bytes(*sent)) } else { Err(TokenFault::NotAToken) }
}

fn check_age(sent: u64, now: u64, max_age: Option<Duration>) -> Result<(), TokenFault> {
    match max_age {
        Some(max_age) if sent.saturating_add(max_age.as_secs()) < now => Err(TokenFault::TooOld(now - sent)),
        Some(_) if now.saturating_add(MAX_AHEAD.as_secs()) < sent => Err(TokenFault::FromTheFuture(sent - now)),
        _ => Ok(()),
    }
}

/// Whole seconds since 1970, truncated as in Python.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn signer(key: &Key, signed: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(&key.signing).expect("HMAC takes keys of any length").chain_update(signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1985-10-26 08:20:00 UTC, the time of the specification's vectors.
    fn then() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(499_162_800)
    }

    fn specified() -> Key {
        let key = URL_SAFE.decode("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").unwrap();
        Key { signing: key[..16].try_into().unwrap(), encryption: key[16..].try_into().unwrap() }
    }

    #[test]
    fn matches_the_vector_of_the_specification() {
        let iv = std::array::from_fn(|at| at as u8);
        let token = seal(&specified(), b"hello", then(), iv);
        assert_eq!(token, "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==");
        let plain = open(&[specified()], token.as_bytes(), then(), Some(Duration::from_secs(60))).unwrap();
        assert_eq!(plain, "hello");
    }

    #[test]
    fn checks_the_age_only_if_a_limit_is_set() {
        let token = seal(&specified(), b"x", then(), [7; 16]);
        let opened = |at, max_age| open(&[specified()], token.as_bytes(), at, max_age).map(|_| ());
        let (minute, second) = (Duration::from_secs(60), Duration::from_secs(1));
        assert_eq!(opened(then() + minute, Some(minute)), Ok(()));
        assert_eq!(opened(then() + minute + second, Some(minute)), Err(TokenFault::TooOld(61)));
        assert_eq!(opened(then() - minute, Some(minute)), Ok(()));
        assert_eq!(opened(then() - minute - second, Some(minute)), Err(TokenFault::FromTheFuture(61)));
        assert_eq!(opened(then() + 1_000 * minute, None), Ok(()));
        assert_eq!(opened(UNIX_EPOCH, None), Ok(()));
    }

    #[test]
    fn refuses_a_changed_or_cut_token() {
        let token = seal(&specified(), b"hello", then(), [7; 16]);
        let open = |token: &[u8]| open(&[specified()], token, then(), None);
        for end in 0..token.len() {
            assert!(open(&token.as_bytes()[..end]).is_err(), "{end}");
        }
        let bytes = URL_SAFE.decode(&token).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(open(URL_SAFE.encode(changed).as_bytes()).is_err(), "{at}");
        }
        assert_eq!(open(b"{\"type\": \"a\"}"), Err(TokenFault::NotAToken));
    }

    #[test]
    fn opens_a_token_of_any_key() {
        let other = Key { signing: [1; 16], encryption: [2; 16] };
        let token = seal(&specified(), b"", then(), [7; 16]);
        assert_eq!(open(&[other.clone(), specified()], token.as_bytes(), then(), None), Ok(Bytes::new()));
        assert_eq!(open(&[other], token.as_bytes(), then(), None), Err(TokenFault::NoKeyFits));
        assert_eq!(open(&[], token.as_bytes(), then(), None), Err(TokenFault::NoKeyFits));
    }
}
