//! A user as clients see one.

use serde::{Deserialize, Serialize};
use store::User;
use utoipa::ToSchema;

/// A user, as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserRef {
    /// Opaque and stable.
    pub id: String,
    /// The nickname at the moment.
    pub nickname: String,
}

impl From<&User> for UserRef {
    fn from(user: &User) -> Self {
        Self { id: user.id.to_string(), nickname: user.nickname.to_string() }
    }
}
