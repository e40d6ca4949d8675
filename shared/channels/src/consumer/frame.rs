//! Frames for clients.

use bytes::Bytes;
use serde::Serialize;

/// The payload of one text or binary frame, encoded once for all sockets that get it. Cloning it copies no data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    payload: Bytes,
    binary: bool,
}

/// JSON cannot hold the value, for example a map whose keys are not text.
#[derive(Debug, thiserror::Error)]
#[error("this value cannot be written as JSON: {0}")]
pub struct FrameError(serde_json::Error);

impl From<serde_json::Error> for FrameError {
    fn from(fault: serde_json::Error) -> Self {
        Self(fault)
    }
}

impl Frame {
    /// A text frame with `value` as JSON.
    ///
    /// # Errors
    /// [`FrameError`] if JSON cannot hold it.
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

    /// The payload; UTF-8 unless the frame is binary.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Returns whether this is a binary frame.
    pub fn is_binary(&self) -> bool {
        self.binary
    }
}
