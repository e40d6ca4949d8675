//! Why something cannot be seen.

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::fault::{LinkFault, in_words};

/// Why something cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookFault {
    /// This user may not ask that, or whoever runs the server has taken the command away.
    #[error("not allowed to look ({0})")]
    NotAllowed(String),
    /// This user lacks rights that the layer needs.
    #[error("{said}")]
    Missing {
        /// As `ACL SETUSER` takes them.
        rights: String,
        /// The text that the layer writes to its log.
        said: String,
    },
    /// There is no answer, or none that makes sense.
    #[error("{0}")]
    Failed(String),
}

impl LookFault {
    /// What the server, or the line to it, says.
    pub fn reason(&self) -> &str {
        match self {
            Self::NotAllowed(reason) | Self::Failed(reason) | Self::Missing { said: reason, .. } => reason,
        }
    }
}

impl From<RedisError> for LookFault {
    fn from(fault: RedisError) -> Self {
        let is_unknown = fault.detail().is_some_and(|detail| detail.starts_with("unknown "));
        match fault.kind() {
            ErrorKind::Server(ServerErrorKind::NoPerm) => Self::NotAllowed(in_words(&fault)),
            ErrorKind::Server(_) if is_unknown => Self::NotAllowed(in_words(&fault)),
            _ => Self::Failed(in_words(&fault)),
        }
    }
}

impl From<LinkFault> for LookFault {
    fn from(fault: LinkFault) -> Self {
        match fault {
            LinkFault::Redis(fault) => fault.into(),
            LinkFault::NotAllowed(missing) => Self::Missing { rights: missing.rights.join(" "), said: missing.to_string() },
            other => Self::Failed(other.to_string()),
        }
    }
}
