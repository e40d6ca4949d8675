//! From a request to a socket: host, origin, session, scope. The consumer accepts or refuses a request that passes.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    body::BoxBody,
    http::{StatusCode, header},
    web::Payload,
};
use catamaran::{Close, Consumer, Context, Driver, LogThrottle, Scope};
use catamaran_edge::{AddressKey, ClientInfo, origin::OriginFault};
use tokio::sync::oneshot;

use crate::{
    AuthenticateError, Handshake, Key, ServerState, SignedIn,
    access_log::AccessRecord,
    admission::Permit,
    close,
    connection::Connection,
    handshake,
    hub::Link,
    outbox::{Outbox, OutboxBody},
    overload,
    plain::problem,
    reader::Reader,
    routes::Route,
    socket::{Client, Socket},
    state::Worker,
};

/// Upgrades `request` to a socket whose consumer `make` makes. Logs the answer.
pub(crate) async fn upgrade<C: Consumer>(
    request: HttpRequest,
    payload: Payload,
    route: Rc<Route<C::User>>,
    make: impl FnOnce(&Scope<C::User>) -> C,
) -> HttpResponse {
    let client = client_info(&request, &route.worker.state);
    let access = Rc::new(AccessRecord::of(&request, &client));
    let mut response = open(&request, payload, route, make, (client, &access)).await;
    access.sign(response.headers_mut());
    access.write_opening(&request, response.status());
    response
}

async fn open<C: Consumer>(
    request: &HttpRequest,
    payload: Payload,
    route: Rc<Route<C::User>>,
    make: impl FnOnce(&Scope<C::User>) -> C,
    (client, access): (ClientInfo, &Rc<AccessRecord>),
) -> HttpResponse {
    let worker = &route.worker;
    if worker.state.drain.is_closing() {
        return stopping();
    }
    if let Some(refusal) = refuse(request, &client, &worker.state) {
        return refusal;
    }
    let mut permit = match worker.state.admission.take_permit(AddressKey::of(client.addr)) {
        Ok(permit) => permit,
        Err(refusal) => return overload::answer(refusal, client.addr, &worker.state.counters),
    };
    let (response, reader) = match Reader::handle(request, payload, route.limits.message_bytes).await {
        Ok(parts) => parts,
        Err(fault) => {
            worker.state.counters.malformed.add(1);
            return handshake::bad_handshake(&fault);
        }
    };
    let (signed_in, refusal) = identify(request, &client, worker).await;
    let (user, user_key, session) = signed_in.map_or((None, None, None), |it| (Some(it.user), it.user_key, it.session_key));
    access.set_user(user_key.as_ref());
    let refusal = refusal.or_else(|| refuse_user(&mut permit, user_key, &worker.state));
    let scope = scope(request, &client, user);
    let first_known = first_known(C::SUBPROTOCOLS, &scope);
    // Before the socket has a place in the hub: `make` is a team's code and may panic.
    let consumer = make(&scope);
    let Some(socket) = open_socket(&route, Client { session, permit, access: Rc::clone(access) }) else {
        worker.state.counters.stopping.add(1);
        return stopping();
    };
    let outbox = Rc::clone(&socket.outbox);
    if let Some(close) = refusal {
        socket.end(close);
    }
    let link = Link { hub: Rc::clone(&worker.hub), socket: Rc::clone(&socket) };
    let cx = Context::new(scope, Rc::new(link));
    let session = Connection { driver: Driver::new(consumer, cx), socket, hub: Rc::clone(&worker.hub), reader };

    // A task of its own: if the client goes away while its consumer connects, the consumer is still informed.
    let (answer, answered) = oneshot::channel();
    actix_web::rt::spawn(worker.state.tasks.track_future(session.run(answer)));
    let subprotocol = match answered.await.ok().flatten() {
        Some(accept) => accept.subprotocol,
        // A browser that offered some and gets none fails the handshake and hides the close code from its page.
        None => first_known.map(Cow::Borrowed),
    };
    respond(response, subprotocol, outbox)
}

/// The answer to a handshake that is refused for its address, its head or its origin. It is counted first, because refused handshakes
/// count too.
fn refuse(request: &HttpRequest, client: &ClientInfo, state: &ServerState) -> Option<HttpResponse> {
    if let Err(refusal) = state.admission.count_handshake(AddressKey::of(client.addr)) {
        return Some(overload::answer(refusal, client.addr, &state.counters));
    }
    let malformed = || handshake::refuse(request).inspect(|_| state.counters.malformed.add(1));
    refuse_host_or_origin(request, client, state).or_else(malformed)
}

/// The first offered subprotocol that the consumer knows. An unknown one is not answered: it may be a token, and proxies log answers.
fn first_known(known: &[&'static str], scope: &Scope<impl Sized>) -> Option<&'static str> {
    scope.subprotocols.iter().find_map(|offered| known.iter().copied().find(|known| *known == &**offered))
}

/// `None` while the server stops.
fn open_socket<U>(route: &Route<U>, holder: Client) -> Option<Rc<Socket>> {
    let (hub, counters) = (&route.worker.hub, Arc::clone(&route.worker.state.counters));
    let (limits, consumer_type) = (Rc::clone(&route.limits), Rc::clone(&route.consumer_type));
    hub.admit(|id, address| Socket::new(id, address, consumer_type, holder, limits, counters, Arc::clone(hub.backlog())))
}

fn stopping() -> HttpResponse {
    let detail = "this server stops; connect again, to another or to the next";
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, "restarting", detail);
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    response
}

/// Counts the socket for its user. Too many are refused with a close frame, which the page of a user with many tabs can read.
fn refuse_user(permit: &mut Permit, user: Option<Key>, state: &ServerState) -> Option<Close> {
    let max = permit.assign(user?).err()?;
    state.counters.user_full.add(1);
    Some(close::too_many_sockets(max))
}

fn respond(response: HttpResponse<()>, subprotocol: Option<Cow<'static, str>>, outbox: Rc<Outbox>) -> HttpResponse {
    let mut response = response.set_body(BoxBody::new(OutboxBody::new(outbox)));
    if let Some(protocol) = subprotocol.and_then(|protocol| header::HeaderValue::from_str(&protocol).ok()) {
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    response
}

pub(crate) fn client_info(request: &HttpRequest, state: &ServerState) -> ClientInfo {
    let peer = request.peer_addr().map(|addr| addr.ip());
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    // `GET http://host/ HTTP/1.1`: the request's own host counts before the Host header (RFC 9112, 3.2.2).
    let target = request.uri().authority().map(|authority| ("host", authority.as_str().as_bytes()));
    ClientInfo::read(peer, headers.chain(target), &state.settings.trusted_proxies)
}

/// A browser sends its cookies for the page of any site, so the origin of that page is checked before anything else. Refusals are logged
/// with the reason, because a 403 without one is hard to diagnose.
fn refuse_host_or_origin(request: &HttpRequest, client: &ClientInfo, state: &ServerState) -> Option<HttpResponse> {
    let hosts = &state.settings.allowed_hosts;
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let (status, code, detail) = if let Err(detail) = catamaran_edge::check_head(headers) {
        (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", detail)
    } else if let Err(fault) = hosts.check(&client.host) {
        (StatusCode::BAD_REQUEST, "bad_host", fault.to_string())
    } else if let Err(fault) = check_origin(request, client, state) {
        (StatusCode::FORBIDDEN, "bad_origin", fault.to_string())
    } else {
        return None;
    };
    state.counters.foreign.add(1);
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(more) = THROTTLE.pass() {
        let from = client.addr.map_or_else(|| "a Unix socket".to_owned(), |addr| addr.to_string());
        log::warn!("refused a socket to {} from {from}: {detail}{more}", request.path());
    }
    Some(problem(status, code, &detail))
}

/// A program without `Origin` may connect without a session. With a session's cookie it must send an `Origin`, as a browser does.
fn check_origin(request: &HttpRequest, client: &ClientInfo, state: &ServerState) -> Result<(), OriginFault> {
    let origin = catamaran_edge::origin::stated(request.headers().get_all(header::ORIGIN).map(header::HeaderValue::as_bytes));
    match catamaran_edge::origin::allowed(origin, client, &state.settings.allowed_origins) {
        Err(OriginFault::Missing) if !state.sessions.has_cookie(&Handshake::new(request, client)) => Ok(()),
        outcome => outcome,
    }
}

/// Authenticates the user. A failed lookup must not turn a signed-in user into an anonymous one: the client connects again later.
async fn identify<U>(request: &HttpRequest, client: &ClientInfo, worker: &Worker<U>) -> (Option<SignedIn<U>>, Option<Close>) {
    match worker.users.authenticate(&Handshake::new(request, client)).await {
        Ok(signed_in) => (signed_in, None),
        Err(AuthenticateError::Refused(close)) => {
            worker.state.counters.unauthenticated.add(1);
            (None, Some(close))
        }
        Err(AuthenticateError::Unavailable(fault)) => {
            worker.state.counters.sessions_unavailable.add(1);
            static THROTTLE: LogThrottle = LogThrottle::new();
            if let Some(more) = THROTTLE.pass() {
                log::error!("a handshake could not be authenticated: {fault}{more}");
            }
            let reason = "sessions cannot be looked up at the moment; connect again in a few seconds";
            (None, Some(Close::new(close::TRY_AGAIN, reason)))
        }
    }
}

fn scope<U>(request: &HttpRequest, client: &ClientInfo, user: Option<U>) -> Scope<U> {
    let own = |text: &str| text.to_owned().into_boxed_str();
    let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
    // With the exact capacity, because they live as long as the socket.
    let mut params = Vec::with_capacity(request.match_info().segment_count());
    params.extend(request.match_info().iter().map(|(name, value)| (own(name), own(value))));
    let secret = [header::COOKIE, header::AUTHORIZATION];
    let headers = request.headers().iter().filter(|(name, _)| !secret.contains(name));
    let mut scope = Scope::default();
    scope.path = own(request.path());
    scope.query = own(request.query_string());
    scope.params = params;
    scope.headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    scope.subprotocols = offered.flat_map(|list| list.split(',')).map(|protocol| own(protocol.trim())).collect();
    scope.peer = client.addr;
    scope.user = user;
    scope
}
