//! The secrets that encrypt payloads.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The secrets that encrypt payloads: `symmetric_encryption_keys` in Django's settings, the same texts in the same order.
///
/// The first encrypts, each can decrypt. To change a key, add the new one last everywhere, then move it first, then remove the old one.
/// Without keys (the default), payloads are not encrypted. `Debug` shows only their number.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EncryptionKeys(Vec<Key>);

/// A Fernet key, made from one secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) signing: [u8; 16],
    pub(super) encryption: [u8; 16],
}

impl EncryptionKeys {
    /// Makes keys from secrets of any length, as in Django's settings (a text there means its UTF-8).
    pub fn new<S: AsRef<[u8]>>(secrets: impl IntoIterator<Item = S>) -> Self {
        Self(secrets.into_iter().map(|secret| Key::of(secret.as_ref())).collect())
    }

    /// Returns whether there are no keys, so that payloads are not encrypted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key that encrypts, if there is one.
    pub(super) fn first(&self) -> Option<&Key> {
        self.0.first()
    }

    pub(super) fn all(&self) -> &[Key] {
        &self.0
    }
}

impl Key {
    /// Derives the key like `channels_redis` (`serializers.py`, `make_fernet`): it is the SHA-256 of the secret.
    fn of(secret: &[u8]) -> Self {
        let mut key = Self { signing: [0; 16], encryption: [0; 16] };
        let digest = Sha256::digest(secret);
        let (signing, encryption) = digest.split_at(16);
        key.signing.copy_from_slice(signing);
        key.encryption.copy_from_slice(encryption);
        key
    }
}

impl fmt::Debug for EncryptionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionKeys({} hidden)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", EncryptionKeys::new(["hunter2", "swordfish"])), "EncryptionKeys(2 hidden)");
    }
}
