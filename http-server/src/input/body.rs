//! The bytes of a body, bounded.

use actix_web::{
    HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::header::{self, HeaderMap},
    web::BytesMut,
};
use futures_util::StreamExt as _;

use crate::{limits::BODY_BYTES, problem::Problem};

/// Whether the body has no Content-Encoding.
pub(super) fn is_plain(req: &HttpRequest) -> bool {
    let encoding = req.headers().get(header::CONTENT_ENCODING);
    encoding.is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Refuses a declared length beyond [`BODY_BYTES`] before the body arrives, so that the client need not send it.
///
/// # Errors
/// 413
pub(crate) fn check_length(headers: &HeaderMap) -> Result<(), Problem> {
    // actix-http has refused a length that is no number.
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY_BYTES as u64) { Err(Problem::too_large(BODY_BYTES)) } else { Ok(()) }
}

/// Reads a body of at most [`BODY_BYTES`].
///
/// # Errors
/// 413 for a larger one, 400 for one that ends too early.
pub(super) async fn read(mut payload: Payload) -> Result<BytesMut, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| unread(&error))?;
        if body.len() + chunk.len() > BODY_BYTES {
            return Err(Problem::too_large(BODY_BYTES));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unread(error: &PayloadError) -> Problem {
    let why = match error {
        PayloadError::Incomplete(_) => {
            "it ended, or broke, before all of it had come; send as much as Content-Length says, or a last chunk"
        }
        PayloadError::EncodingCorrupted => "its Content-Encoding is broken; send it as it is",
        PayloadError::Overflow => "it is too large; send less",
        PayloadError::UnknownLength => "its length is not known; send a Content-Length",
        _ => "the connection broke; send it again",
    };
    Problem::bad_request(format!("the body could not be read to its end: {why}"))
}
