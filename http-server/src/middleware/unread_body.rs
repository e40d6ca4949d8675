//! A connection ends with its answer where a body in chunks was not read to its end.
//!
//! actix-http closes such a connection for a body with a Content-Length. A body in chunks that nobody holds any more it reads on, to
//! use the connection again: without an end, where the client sends none. So the body is held until the answer has left.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    HttpMessage as _,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    http::header,
    web::Bytes,
};
use futures_util::{Stream, StreamExt as _};

/// The body of one request, where it comes in chunks.
pub(super) struct UnreadBody(Option<Shared>);

#[derive(Clone)]
struct Shared(Rc<RefCell<Payload>>);

impl UnreadBody {
    /// Keeps a hold on the request's body; the handler reads it as before.
    pub(super) fn of(req: &mut ServiceRequest) -> Self {
        if !req.headers().contains_key(header::TRANSFER_ENCODING) {
            return Self(None);
        }
        let shared = Shared(Rc::new(RefCell::new(req.take_payload())));
        req.set_payload(Payload::Stream { payload: Box::pin(shared.clone()) });
        Self(Some(shared))
    }

    /// The answer's body, with the hold on the request's.
    pub(super) fn until_sent(self, body: BoxBody) -> BoxBody {
        match self.0 {
            Some(request) => BoxBody::new(Answer { body, _request: request }),
            None => body,
        }
    }
}

impl Stream for Shared {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.borrow_mut().poll_next_unpin(cx)
    }
}

struct Answer {
    body: BoxBody,
    _request: Shared,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
