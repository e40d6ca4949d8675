//! The bodies of a request and of its answer.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    body::{BodySize, BoxBody, MessageBody},
    dev::Payload,
    error::PayloadError,
    web::Bytes,
};
use futures_util::{Stream, StreamExt as _};

use crate::{state::ConnectionState, worker::RunningRequest};

/// The body of a request, held until its answer is complete.
///
/// actix-http ends a connection whose body was not read to its end. But it reads a chunked body that was dropped on to its end, to use the
/// connection again, and such a body may be endless. So a body is not dropped before the answer is complete.
#[derive(Clone)]
pub(crate) struct HeldBody(Rc<RefCell<Payload>>);

impl HeldBody {
    pub(crate) fn new(payload: Payload) -> Self {
        Self(Rc::new(RefCell::new(payload)))
    }

    /// The body for the request's handler.
    pub(crate) fn reader(&self, connection: &Rc<ConnectionState>) -> Payload {
        connection.hold_body(true);
        let reader = BodyReader { body: Rc::clone(&self.0), connection: Rc::clone(connection) };
        Payload::Stream { payload: Box::pin(reader) }
    }
}

/// Reads a request's body. The connection is read only while this waits for bytes.
struct BodyReader {
    body: Rc<RefCell<Payload>>,
    connection: Rc<ConnectionState>,
}

impl Stream for BodyReader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.body.borrow_mut().poll_next_unpin(cx);
        self.connection.want_body(next.is_pending());
        next
    }
}

impl Drop for BodyReader {
    fn drop(&mut self) {
        self.connection.want_body(false);
        self.connection.hold_body(false);
    }
}

/// The body of an answer. Its request runs until it is dropped.
pub(crate) struct Answer {
    body: BoxBody,
    _request: Option<RunningRequest>,
    _body: Option<HeldBody>,
}

impl Answer {
    pub(crate) fn new(body: BoxBody, request: Option<RunningRequest>, held: Option<HeldBody>) -> Self {
        Self { body, _request: request, _body: held }
    }
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    #[inline]
    fn size(&self) -> BodySize {
        self.body.size()
    }

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
