//! The users of sockets, by the token in the cookie.

use catamaran_sockets::{Authenticate, Handshake, Key, SignedIn};

use crate::store::{Store, StoreError};
use crate::token::{Claims, TokenKey};

pub(crate) const COOKIE: &str = "kanri";

#[derive(Clone)]
pub(crate) struct Members {
    pub(crate) key: TokenKey,
    pub(crate) store: Store,
}

impl Members {
    /// The claims of a token whose session has not ended.
    pub(crate) async fn open(&self, token: &str) -> Result<Option<Claims>, StoreError> {
        let Some(claims) = self.key.open(token) else { return Ok(None) };
        let live = self.store.live(&[claims.jti.as_str().into()]).await?;
        Ok((!live.is_empty()).then_some(claims))
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
        self.store.live(sessions).await
    }
}
