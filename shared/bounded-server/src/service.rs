//! A service between actix-http and the application. It marks the begin and end of each request in its connection's state.

use std::rc::Rc;

use actix_http::{Request, Response};
use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{Payload, RequestHead},
    http::{ConnectionType, Method, StatusCode, header},
};

use crate::{
    body::{Answer, HeldBody},
    state::{ConnectionState, End, Reading},
    worker::{RunningRequest, Worker},
};

/// A request, from its head to the end of its answer.
pub(crate) struct Exchange {
    request: Option<RunningRequest>,
    body: Option<HeldBody>,
    asks_for_upgrade: bool,
}

impl Exchange {
    /// Begins a request, whose head has arrived. Its handler reads the body as usual.
    pub(crate) fn begin(worker: &Rc<Worker>, request: &mut Request) -> Self {
        let asks_for_upgrade = request.head().connection_type() == ConnectionType::Upgrade;
        let Some(connection) = request.conn_data::<Rc<ConnectionState>>().cloned() else {
            return Self { request: None, body: None, asks_for_upgrade };
        };
        if request.head().expect() {
            connection.say_continue();
        }
        if matches!(request.payload(), Payload::None) {
            connection.begin(Reading::Nothing);
            return Self { request: Some(worker.begin(connection)), body: None, asks_for_upgrade };
        }
        if is_endless(request.head()) {
            connection.begin(Reading::All);
            return Self { request: Some(worker.begin(connection)), body: None, asks_for_upgrade };
        }
        connection.begin(Reading::Nothing);
        let body = HeldBody::new(request.take_payload());
        *request.payload() = body.reader(&connection);
        Self { request: Some(worker.begin(connection)), body: Some(body), asks_for_upgrade }
    }

    /// Returns the answer, which holds the request and its body until it is complete.
    pub(crate) fn answer<B: MessageBody + 'static>(self, answer: Result<Response<B>, Error>) -> Response<Answer> {
        let mut answer = match answer {
            Ok(answer) => answer.map_into_boxed_body(),
            Err(error) => error.error_response().into(),
        };
        let connection = self.request.as_ref().map(RunningRequest::connection);
        let has_ended = connection.is_some_and(|connection| connection.ending() != End::No);
        let is_last = has_ended || self.request.as_ref().is_some_and(RunningRequest::is_last);
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            connection.inspect(|connection| connection.upgrade());
        } else if self.asks_for_upgrade || is_last {
            // After a request with `Connection: upgrade` actix-http ends the connection, and would say that it upgrades it. A proxy that
            // sends this header with every request (nginx: `proxy_set_header Connection "upgrade"`) would use the connection again.
            answer.head_mut().set_connection_type(ConnectionType::Close);
        }
        answer.map_body(|_, body: BoxBody| Answer::new(body, self.request, self.body))
    }
}

/// Whether actix-http takes all that follows for the request's body.
fn is_endless(head: &RequestHead) -> bool {
    let is_websocket = |value: &header::HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"websocket");
    let asks = head.method == Method::CONNECT || head.headers().get_all(header::UPGRADE).any(is_websocket);
    asks && !head.headers().contains_key(header::TRANSFER_ENCODING)
}
