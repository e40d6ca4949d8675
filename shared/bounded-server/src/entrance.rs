//! From an accepted socket to the application.
//!
//! actix-web's own `HttpServer` hands its sockets to actix-http as they are. This does the same with [`Connection`]s.

use std::{
    io,
    net::{self, IpAddr, SocketAddr},
    os::unix::net as net_unix,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use actix_http::{HttpService, KeepAlive, Protocol, Request, Response, error::DispatchError};
use actix_service::{
    IntoServiceFactory, Service as _, ServiceFactory, ServiceFactoryExt as _, apply_fn_factory, fn_service, map_config,
};
use actix_web::{
    Error,
    body::MessageBody,
    dev::AppConfig,
    rt::{
        self,
        net::{TcpStream, UnixStream},
    },
};
use catamaran::LogThrottle;
use catamaran_boot::Waiting;
use futures_util::FutureExt as _;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{
    Bounds,
    addresses::{Addresses, Permit},
    connection::Connection,
    drain::Drain,
    service::Exchange,
    worker::Worker,
};

/// The parts that each worker needs to serve connections.
#[derive(Clone)]
pub(crate) struct Entrance<F> {
    /// Makes a worker's application.
    pub(crate) application: F,
    /// `None`: an address may have any number of connections.
    pub(crate) addresses: Option<Arc<Addresses>>,
    /// Connections that one worker may hold.
    pub(crate) per_worker: usize,
    pub(crate) bounds: Bounds,
    pub(crate) half_closed: bool,
    /// The end of the server.
    pub(crate) drain: Drain,
}

/// The shortest timer of actix-http: it counts in half seconds, and misses a deadline that has passed when it begins.
const SHORTEST_TIMER: Duration = Duration::from_secs(1);

/// A connection as actix-http takes it over.
type Accepted<T> = (Connection<T>, Protocol, Option<SocketAddr>);

impl<F> Entrance<F> {
    /// Call it on the worker's thread.
    fn door(&self) -> Door {
        Door { addresses: self.addresses.clone(), worker: Worker::current(self.per_worker, self.bounds, &self.drain) }
    }

    /// Serves connections on this thread, beside the workers. They are served while the result lives.
    pub(crate) async fn admit<I, S, B>(&self, waiting: Vec<Waiting>) -> Option<Rc<Worker>>
    where
        F: Fn() -> I + 'static,
        I: IntoServiceFactory<S, Request> + 'static,
        S: ServiceFactory<Request, Config = AppConfig, Error = Error, InitError = ()> + 'static,
        S::Response: Into<Response<B>> + 'static,
        B: MessageBody + 'static,
    {
        if waiting.is_empty() {
            return None;
        }
        let worker = self.door().worker;
        let (tcp, unix) = (self.tcp().new_service(()).await.ok()?, self.unix().new_service(()).await.ok()?);
        for connection in waiting {
            // An error ends the connection, as it does on a worker.
            match connection {
                Waiting::Tcp(connection) => drop(async_tcp(connection).map(|io| rt::spawn(tcp.call(io)))),
                Waiting::Unix(connection) => drop(async_unix(connection).map(|io| rt::spawn(unix.call(io)))),
            }
        }
        Some(worker)
    }

    /// The service of TCP connections.
    pub(crate) fn tcp<I, S, B>(
        &self,
    ) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<F, I, S, B>
    where
        F: Fn() -> I,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig, Error = Error, InitError = ()> + 'static,
        S::Response: Into<Response<B>> + 'static,
        B: MessageBody + 'static,
    {
        let door = self.door();
        let http = self.http(&door.worker);
        let accept = move |io: TcpStream| {
            let door = door.clone();
            async move {
                let peer = io.peer_addr()?;
                catamaran_boot::bound_kernel_buffers(&io);
                io.set_nodelay(true)?;
                Ok((door.admit(io, Some(peer.ip()))?, Protocol::Http1, Some(peer)))
            }
        };
        fn_service(accept).and_then(http)
    }

    /// The service of Unix connections.
    pub(crate) fn unix<I, S, B>(
        &self,
    ) -> impl ServiceFactory<UnixStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<F, I, S, B>
    where
        F: Fn() -> I,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig, Error = Error, InitError = ()> + 'static,
        S::Response: Into<Response<B>> + 'static,
        B: MessageBody + 'static,
    {
        let door = self.door();
        let http = self.http(&door.worker);
        let accept = move |io: UnixStream| {
            let door = door.clone();
            async move { Ok((door.admit(io, None)?, Protocol::Http1, None)) }
        };
        fn_service(accept).and_then(http)
    }

    fn http<T, I, S, B>(
        &self,
        worker: &Rc<Worker>,
    ) -> impl ServiceFactory<Accepted<T>, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<F, T, I, S, B>
    where
        T: AsyncRead + AsyncWrite + Unpin + 'static,
        F: Fn() -> I,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig, Error = Error, InitError = ()> + 'static,
        S::Response: Into<Response<B>> + 'static,
        B: MessageBody + 'static,
    {
        let worker = Rc::clone(worker);
        let application = map_config((self.application)(), |()| AppConfig::default());
        let bounded = apply_fn_factory(application, move |mut request: Request, application: &S::Service| {
            let exchange = Exchange::begin(&worker, &mut request);
            let answer = application.call(request);
            // Boxed, so that a connection keeps no room for it when it has become a WebSocket.
            async move { Ok::<_, Error>(exchange.answer(answer.await.map(Into::into))) }.boxed_local()
        });
        HttpService::build()
            // The worker ends connections that wait for too long.
            .keep_alive(if self.bounds.keep_alive.is_some() { KeepAlive::Os } else { KeepAlive::Disabled })
            .client_request_timeout(self.bounds.head.max(SHORTEST_TIMER))
            .client_disconnect_timeout(self.bounds.linger.max(SHORTEST_TIMER))
            .h1_allow_half_closed(self.half_closed)
            .on_connect_ext(|io: &Connection<T>, data| {
                data.insert(Rc::clone(io.state()));
            })
            .finish(bounded.map_err(|error: Error| error.error_response()))
    }
}

fn async_tcp(connection: net::TcpStream) -> io::Result<TcpStream> {
    connection.set_nonblocking(true)?;
    TcpStream::from_std(connection)
}

fn async_unix(connection: net_unix::UnixStream) -> io::Result<UnixStream> {
    connection.set_nonblocking(true)?;
    UnixStream::from_std(connection)
}

/// Admits connections to a worker.
#[derive(Clone)]
struct Door {
    addresses: Option<Arc<Addresses>>,
    worker: Rc<Worker>,
}

impl Door {
    /// Admits a connection, unless its client has too many.
    fn admit<T>(&self, io: T, peer: Option<IpAddr>) -> io::Result<Connection<T>> {
        let permit = match &self.addresses {
            Some(addresses) => addresses.enter(peer).ok_or_else(|| refused(peer))?,
            None => Permit::default(),
        };
        Ok(Connection::new(io, &self.worker, permit))
    }
}

fn refused(peer: Option<IpAddr>) -> io::Error {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let (Some(peer), Some(more)) = (peer, THROTTLE.pass()) {
        log::warn!("closed a connection: {peer} has too many open; if that is your proxy, add it to TRUSTED_PROXIES{more}");
    }
    io::ErrorKind::ConnectionRefused.into()
}
