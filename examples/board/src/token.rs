//! Signs and opens the JSON Web Token (HS256) that names the user.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How long a token is valid, in seconds.
pub(crate) const VALID_FOR: i64 = 12 * 60 * 60;
/// The only header that is made and taken: a token cannot choose its algorithm.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) user: i64,
    pub(crate) name: String,
    /// The session that sign-out ends.
    pub(crate) jti: String,
    /// Seconds since 1970 after which the token is not valid.
    pub(crate) exp: u64,
}

/// `BOARD_KEY`: signs tokens.
#[derive(Clone)]
pub(crate) struct TokenKey(String);

impl TokenKey {
    pub(crate) fn parse(secret: &str) -> Result<Self, String> {
        (secret.len() >= 32)
            .then(|| Self(secret.to_owned()))
            .ok_or_else(|| "at least 32 characters: openssl rand -hex 32".to_owned())
    }

    pub(crate) fn sign(&self, claims: &Claims) -> String {
        let payload = serde_json::to_vec(claims).expect("numbers and texts are JSON");
        let signed = format!("{}.{}", BASE64.encode(HEADER), BASE64.encode(payload));
        let signature = BASE64.encode(self.mac(&signed).finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    /// The claims of a token that this key has signed and that is still valid.
    pub(crate) fn open(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        self.mac(signed).verify_slice(&BASE64.decode(signature).ok()?).ok()?;
        let (header, payload) = signed.split_once('.')?;
        let claims: Claims = serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()?;
        (header == BASE64.encode(HEADER) && claims.exp > now()).then_some(claims)
    }

    fn mac(&self, signed: &str) -> Hmac<Sha256> {
        Hmac::new_from_slice(self.0.as_bytes()).expect("HMAC takes keys of any length").chain_update(signed)
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
