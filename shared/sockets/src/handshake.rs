//! Checks a WebSocket handshake (RFC 6455, section 4.2.1), and answers an invalid one.
//!
//! actix-http reads the first header of a name, sees `websocket` anywhere in `Upgrade`, and takes the body of a request for frames.
//! This module refuses such requests; actix-http checks the rest itself.

use actix_http::ws::HandshakeError;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode, Version,
        header::{self, HeaderName, HeaderValue},
    },
};

use crate::plain::problem;

/// The answer to a request that actix-http would wrongly accept as a handshake.
pub(crate) fn refuse(request: &HttpRequest) -> Option<HttpResponse> {
    let detail = fault(request)?;
    Some(problem(StatusCode::BAD_REQUEST, "bad_handshake", &format!("this is no WebSocket handshake: {detail}")))
}

fn fault(request: &HttpRequest) -> Option<&'static str> {
    let lines = |name: HeaderName| request.headers().get_all(name);
    let is_empty = |length: &HeaderValue| length == "0";
    let is_websocket = |upgrade: &HeaderValue| upgrade.as_bytes().trim_ascii().eq_ignore_ascii_case(b"websocket");
    if request.version() < Version::HTTP_11 {
        Some("it needs HTTP/1.1; in nginx, set proxy_http_version 1.1")
    } else if lines(header::TRANSFER_ENCODING).next().is_some() || !lines(header::CONTENT_LENGTH).all(is_empty) {
        Some("it must have no body: send neither Transfer-Encoding nor Content-Length")
    } else if lines(header::UPGRADE).count() != 1 || !lines(header::UPGRADE).all(is_websocket) {
        Some("its header Upgrade must be websocket and nothing else")
    } else if lines(header::SEC_WEBSOCKET_KEY).count() > 1 {
        Some("it must have one Sec-WebSocket-Key")
    } else if lines(header::SEC_WEBSOCKET_VERSION).count() > 1 {
        Some("it must have one Sec-WebSocket-Version")
    } else {
        None
    }
}

/// The answer to a handshake that actix-http refuses: 405 for the method, 426 for the version, 400 for the rest.
pub(crate) fn bad_handshake(fault: &actix_web::Error) -> HttpResponse {
    const KEPT: [HeaderName; 2] = [header::ALLOW, header::SEC_WEBSOCKET_VERSION];
    let response = fault.error_response();
    let detail = format!("this is no WebSocket handshake: {}", expected(fault));
    let mut answer = problem(response.status(), "bad_handshake", &detail);
    for (name, value) in response.headers().iter().filter(|(name, _)| KEPT.contains(name)) {
        answer.headers_mut().insert(name.clone(), value.clone());
    }
    if response.status() == StatusCode::UPGRADE_REQUIRED {
        answer.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    }
    answer
}

fn expected(fault: &actix_web::Error) -> String {
    let expected = match fault.as_error() {
        Some(HandshakeError::GetMethodRequired) => "its method must be GET",
        Some(HandshakeError::NoWebsocketUpgrade) => "its header Upgrade must be websocket and nothing else",
        Some(HandshakeError::NoConnectionUpgrade) => "its header Connection must hold upgrade, and not close",
        Some(HandshakeError::NoVersionHeader | HandshakeError::UnsupportedVersion) => "its Sec-WebSocket-Version must be 13",
        Some(HandshakeError::BadWebsocketKey) => "its Sec-WebSocket-Key must be 16 bytes in base64",
        None => return fault.to_string(),
    };
    expected.to_owned()
}
