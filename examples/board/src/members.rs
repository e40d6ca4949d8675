//! The users of sockets, by the token in the cookie.

use catamaran::ConsumerError;
use catamaran_sockets::{Authenticate, Handshake, Key, SignedIn};

use crate::store::{Store, StoreError};
use crate::token::{Claims, TokenKey};

pub(crate) const COOKIE: &str = "kanri";

/// Authenticates members by their tokens.
#[derive(Clone)]
pub(crate) struct Members {
    pub(crate) key: TokenKey,
    pub(crate) store: Store,
}

impl Members {
    /// The claims of a token whose session has not ended.
    pub(crate) async fn open(&self, token: &str) -> Result<Option<Claims>, StoreError> {
        let Some(claims) = self.key.open(token) else { return Ok(None) };
        let has_ended = self.store.ended(&[claims.jti.as_str().into()]).await?.len() == 1;
        Ok((!has_ended).then_some(claims))
    }
}

impl Authenticate for Members {
    type User = Claims;
    type Error = StoreError;

    async fn authenticate(&self, handshake: &Handshake<'_>) -> Result<Option<SignedIn<Claims>>, StoreError> {
        let Some(token) = handshake.cookies(COOKIE).next() else { return Ok(None) };
        let claims = self.open(token).await?;
        Ok(claims.map(|claims| SignedIn::new(claims.clone()).user_key(claims.user).session_key(claims.jti)))
    }

    async fn live(&self, sessions: &[Key]) -> Result<Vec<Key>, StoreError> {
        let ended = self.store.ended(sessions).await?;
        Ok(sessions.iter().filter(|session| !ended.contains(session)).cloned().collect())
    }
}

/// For sign-in and for consumers.
impl From<StoreError> for ConsumerError {
    fn from(fault: StoreError) -> Self {
        catamaran::Fault::unavailable(fault).into()
    }
}
