//! The secret that keys session-token hashes.

use std::fmt;

use catamaran_boot::settings::Reader;
use catamaran_edge::AllowedHosts;

/// Shorter keys can be guessed.
const MIN_CHARACTERS: usize = 32;
/// Used without a key while only this machine can reach the server: with it, `PORT` alone opens no other address. It is public,
/// so it protects nothing elsewhere.
const DEVELOPMENT_KEY: &str = "catamaran-development-key-not-for-the-open-internet";

/// `SECRET_KEY`. Hidden in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey {
    bytes: Vec<u8>,
    development: bool,
}

impl SecretKey {
    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether this is the well-known development key.
    pub fn is_development(&self) -> bool {
        self.development
    }

    pub(crate) fn read(reader: &mut Reader<'_>, hosts: &AllowedHosts) -> Self {
        if let Some(key) = reader.parse_secret("SECRET_KEY", parse) {
            return key;
        }
        if reader.is_unset("SECRET_KEY") && !hosts.only_loopback() {
            reader.fault(
                "SECRET_KEY",
                "unset while ALLOWED_HOSTS names more than this machine",
                format!("at least {MIN_CHARACTERS} random characters, the same for both servers (openssl rand -hex 32)"),
            );
        }
        Self { bytes: DEVELOPMENT_KEY.as_bytes().to_vec(), development: true }
    }
}

fn parse(text: &str) -> Result<SecretKey, String> {
    if text.chars().count() < MIN_CHARACTERS {
        return Err(format!("at least {MIN_CHARACTERS} characters"));
    }
    Ok(SecretKey { bytes: text.as_bytes().to_vec(), development: false })
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(hidden)")
    }
}
