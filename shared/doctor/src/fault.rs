//! The reasons why a place gives no answer.

use std::{io, time::Duration};

/// The reason why a place gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("its name has no address: {0}")]
    Name(io::Error),
    #[error("the connection fails: {0}")]
    Connect(io::Error),
    #[error("TLS fails: {0}")]
    Tls(io::Error),
    #[error("no answer within {} s", .0.as_secs_f64().round())]
    Late(Duration),
    #[error("the time of the examination is over (--within gives it more)")]
    NoTime,
    #[error("the connection ends without an answer")]
    Cut,
    #[error("the answer cannot be read: {0}")]
    NotHttp(&'static str),
}

impl From<io::Error> for Fault {
    fn from(_: io::Error) -> Self {
        Self::Cut
    }
}
