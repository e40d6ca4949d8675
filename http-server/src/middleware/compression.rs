//! Compresses answers for clients that accept it, where that saves more than it costs.

use actix_http::encoding::Encoder;
use actix_web::{
    HttpRequest, HttpResponse,
    body::{BodySize, BoxBody, MessageBody as _},
    http::header::{self, AcceptEncoding, ContentEncoding, Encoding, Header as _, HeaderValue},
};

/// Bytes. A smaller answer leaves in one packet anyway, and a compressor costs more to set up than the whole rest of it.
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

/// The encoding to use. A client that accepts none of ours gets an uncompressed answer rather than a refusal.
fn accepted(req: &HttpRequest) -> ContentEncoding {
    match AcceptEncoding::parse(req).ok().and_then(|accepted| accepted.negotiate(OURS.iter())) {
        Some(Encoding::Known(encoding)) => encoding,
        _ => ContentEncoding::Identity,
    }
}
