//! Answers are compressed for who can read it, where that is worth it.

use actix_http::encoding::Encoder;
use actix_web::{
    HttpRequest, HttpResponse,
    body::{BodySize, BoxBody, MessageBody as _},
    http::header::{AcceptEncoding, ContentEncoding, Encoding, Header as _},
};

/// Bytes. What is smaller leaves in one packet anyway, and to set up a compressor costs more than all else about such an answer.
const WORTH: u64 = 1024;

static OURS: [Encoding; 3] = [Encoding::identity(), Encoding::gzip(), Encoding::deflate()];

pub(super) fn compress(req: &HttpRequest, response: HttpResponse) -> HttpResponse {
    if !is_worth_it(response.body()) {
        return response;
    }
    let encoding = accepted(req);
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
