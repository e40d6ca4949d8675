//! What is held until an answer has left.
//!
//! - That the request runs: its connection then waits for no other head.
//! - The request's body, where it comes in chunks. actix-http closes a connection whose body with a Content-Length was not read to its
//!   end. A body in chunks that nobody holds any more it reads on, to use the connection again: without an end, where the client
//!   sends none. While the body is held, the connection ends with the answer.

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

use crate::connection::{Requests, Running};

/// What is held of one request.
pub(super) struct Held {
    _body: Option<Shared>,
    _running: Option<Running>,
}

#[derive(Clone)]
struct Shared(Rc<RefCell<Payload>>);

impl Held {
    /// Takes hold of it; the handler reads the body as before.
    pub(super) fn of(req: &mut ServiceRequest) -> Self {
        let running = req.conn_data::<Rc<Requests>>().map(Requests::begin);
        let chunked = req.headers().contains_key(header::TRANSFER_ENCODING);
        let body = chunked.then(|| Shared(Rc::new(RefCell::new(req.take_payload()))));
        if let Some(body) = &body {
            req.set_payload(Payload::Stream { payload: Box::pin(body.clone()) });
        }
        Self { _body: body, _running: running }
    }

    /// The answer's body, with all that is held.
    pub(super) fn until_sent(self, body: BoxBody) -> BoxBody {
        BoxBody::new(Answer { body, _held: self })
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
    _held: Held,
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
