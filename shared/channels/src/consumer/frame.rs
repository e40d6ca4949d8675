//! What is sent to a client.

use bytes::Bytes;
use serde::Serialize;

/// One text or binary frame's payload, encoded once however many sockets get it. Cloning it copies nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    payload: Bytes,
    binary: bool,
}

/// A value that JSON cannot hold: a map whose keys are not text, say.
#[derive(Debug, thiserror::Error)]
#[error("this value cannot be written as JSON: {0}")]
pub struct FrameError(#[from] serde_json::Error);

impl Frame {
    /// A text frame with `value` as JSON.
    ///
    /// # Errors
    /// [`FrameError`] where JSON cannot hold it.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, FrameError> {
        Ok(Self { payload: serde_json::to_vec(value)?.into(), binary: false })
    }

    /// A text frame.
    pub fn text(text: impl Into<String>) -> Self {
        Self { payload: text.into().into(), binary: false }
    }

    /// A binary frame.
    pub fn binary(bytes: Bytes) -> Self {
        Self { payload: bytes, binary: true }
    }

    /// The payload; UTF-8 where the frame is not binary.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Is it a binary frame?
    pub fn is_binary(&self) -> bool {
        self.binary
    }
}
