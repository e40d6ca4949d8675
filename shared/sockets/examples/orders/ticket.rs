//! Authenticates Django's users without a table of sessions: the page fetches a ticket from a Django view and puts it into the
//! socket's address. `django.core.signing.dumps` makes the ticket.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// How long a ticket is valid, and how far two machines' clocks may differ.
const GOOD_FOR: Duration = Duration::from_secs(30);

/// The prefix that Django's signer hashes before the key: the salt given to `dumps`, and `signer`.
const SALT: &str = "orders.ticketsigner";

/// The content of a ticket.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Claims {
    /// The user's primary key.
    pub(crate) user: u64,
    /// The user's name.
    pub(crate) name: String,
    /// The order that may be looked at.
    pub(crate) order: u64,
}

/// The secret that Django's `settings.TICKET_KEY` holds too.
#[derive(Clone)]
pub(crate) struct TicketKey(String);

/// The key is too short.
#[derive(Debug, thiserror::Error)]
#[error("expected at least 32 characters, the same as Django's, found {0}; openssl rand -hex 32 makes some")]
pub(crate) struct KeyFault(usize);

/// The reason why a ticket is refused. It does not say what is wrong with a forged one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TicketFault {
    /// No ticket, or not one of Django's.
    #[error("this is no ticket of this site; ask for one and connect again")]
    Forged,
    /// Its time is over.
    #[error("this ticket is too old; ask for a new one and connect again")]
    Expired,
}

impl TicketKey {
    /// Takes a secret that is long enough.
    ///
    /// # Errors
    /// [`KeyFault`] where it is too short.
    pub(crate) fn parse(secret: String) -> Result<Self, KeyFault> {
        if secret.len() >= 32 { Ok(Self(secret)) } else { Err(KeyFault(secret.len())) }
    }

    /// Returns the content of a ticket that is valid at this time.
    ///
    /// # Errors
    /// [`TicketFault`].
    pub(crate) fn open(&self, ticket: &str, now: SystemTime) -> Result<Claims, TicketFault> {
        let (signed, signature) = ticket.rsplit_once(':').ok_or(TicketFault::Forged)?;
        self.verify(signed, signature).ok_or(TicketFault::Forged)?;
        let (claims, stamp) = signed.split_once(':').ok_or(TicketFault::Forged)?;
        let made = UNIX_EPOCH + base62(stamp).ok_or(TicketFault::Forged)?;
        let apart = now.duration_since(made).unwrap_or_else(|ahead| ahead.duration());
        if apart > GOOD_FOR {
            return Err(TicketFault::Expired);
        }
        let claims = BASE64.decode(claims).map_err(|_| TicketFault::Forged)?;
        serde_json::from_slice(&claims).map_err(|_| TicketFault::Forged)
    }

    /// Compares in constant time.
    fn verify(&self, signed: &str, signature: &str) -> Option<()> {
        let derived = Sha256::new().chain_update(SALT).chain_update(&self.0).finalize();
        let mac = Hmac::<Sha256>::new_from_slice(&derived).ok()?.chain_update(signed);
        mac.verify_slice(&BASE64.decode(signature).ok()?).ok()
    }
}

/// Seconds as Django's `TimestampSigner` writes them: digits, capitals, small letters.
fn base62(text: &str) -> Option<Duration> {
    let seconds = text.bytes().try_fold(0_u64, |sum, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        sum.checked_mul(62)?.checked_add(digit.into())
    });
    seconds.filter(|seconds| *seconds < 1 << 40).map(Duration::from_secs)
}
