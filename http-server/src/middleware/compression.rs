//! Answers are compressed for who can read it, where that is worth it.

use actix_http::encoding::Encoder;
use actix_web::{
    HttpRequest, HttpResponse,
    body::{BodySize, BoxBody, MessageBody as _},
    http::header::{self, AcceptEncoding, ContentEncoding, Encoding, Header as _, HeaderValue},
};

/// Bytes. What is smaller leaves in one packet anyway, and to set up a compressor costs more than all else about such an answer.
const WORTH: u64 = 1024;

static OURS: [Encoding; 3] = [Encoding::identity(), Encoding::gzip(), Encoding::deflate()];

pub(super) fn compress(req: &HttpRequest, mut response: HttpResponse) -> HttpResponse {
    if !is_worth_it(response.body()) {
        return response;
    }
    let encoding = accepted(req);
    if encoding == ContentEncoding::Identity {
        // The encoder says so only where it encodes, but a cache must know it of both answers.
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    response.map_body(|head, body| BoxBody::new(Encoder::response(encoding, head, body)))
}

fn is_worth_it(body: &BoxBody) -> bool {
    match body.size() {
        BodySize::None => false,
        BodySize::Sized(bytes) => bytes >= WORTH,
        BodySize::Stream => true,
    }
}

/// Who accepts none of ours is better served by an answer as it is than by none.
fn accepted(req: &HttpRequest) -> ContentEncoding {
    match AcceptEncoding::parse(req).ok().and_then(|accepted| accepted.negotiate(OURS.iter())) {
        Some(Encoding::Known(encoding)) => encoding,
        _ => ContentEncoding::Identity,
    }
}
