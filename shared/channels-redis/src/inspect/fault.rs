//! The reason why an inspection failed.

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::fault::{LinkFault, error_text};

/// The reason why an inspection failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectFault {
    /// The user lacks the right, or the server lacks the command.
    #[error("not allowed to look ({0})")]
    NotAllowed(String),
    /// This user lacks rights that the layer needs.
    #[error("{said}")]
    Missing {
        /// The rights in the form of `ACL SETUSER`.
        rights: String,
        /// The text that the layer logs.
        said: String,
    },
    /// There is no answer, or an unexpected one.
    #[error("{0}")]
    Failed(String),
}

impl InspectFault {
    /// The error of the server or of the connection.
    pub fn reason(&self) -> &str {
        match self {
            Self::NotAllowed(reason) | Self::Failed(reason) | Self::Missing { said: reason, .. } => reason,
        }
    }
}

impl From<RedisError> for InspectFault {
    fn from(fault: RedisError) -> Self {
        let is_unknown = fault.detail().is_some_and(|detail| detail.starts_with("unknown "));
        match fault.kind() {
            ErrorKind::Server(ServerErrorKind::NoPerm) => Self::NotAllowed(error_text(&fault)),
            ErrorKind::Server(_) if is_unknown => Self::NotAllowed(error_text(&fault)),
            _ => Self::Failed(error_text(&fault)),
        }
    }
}

impl From<LinkFault> for InspectFault {
    fn from(fault: LinkFault) -> Self {
        match fault {
            LinkFault::Redis(fault) => fault.into(),
            LinkFault::NotAllowed(missing) => Self::Missing { rights: missing.rights.join(" "), said: missing.to_string() },
            other => Self::Failed(other.to_string()),
        }
    }
}
