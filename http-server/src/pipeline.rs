//! From an accepted socket to the application.
//!
//! actix-web's own `HttpServer` hands its sockets to actix-http as they are. This does the same with [`Connection`]s, which bound what
//! a client may do before a request is there.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    rc::Rc,
    sync::Arc,
};

use actix_http::{HttpService, Protocol, error::DispatchError};
use actix_server::GracefulShutdownSignal;
use actix_service::{IntoServiceFactory as _, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::{
    App, Error,
    dev::AppConfig,
    rt::net::{TcpStream, UnixStream},
    web,
};
use channels::LogGate;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{AppState, configure, connection::Connection, connections::Connections, crowd::Crowd, limits};

/// What each worker needs to serve connections.
#[derive(Clone)]
pub(crate) struct Pipeline {
    pub(crate) state: web::Data<AppState>,
    pub(crate) connections: Arc<Connections>,
    /// Connections that one worker may hold.
    pub(crate) per_worker: usize,
    /// Resolves when the server stops: running requests are finished, and no other begins.
    pub(crate) draining: GracefulShutdownSignal,
}

/// A connection as actix-http takes it over.
type Accepted<T> = (Connection<T>, Protocol, Option<SocketAddr>);

impl Pipeline {
    /// To be called on the worker's thread.
    fn door(&self) -> Door {
        Door { connections: Arc::clone(&self.connections), crowd: Crowd::new(self.per_worker) }
    }

    /// For sockets of TCP.
    pub(crate) fn tcp(
        &self,
    ) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<> {
        let door = self.door();
        let accept = move |io: TcpStream| {
            let door = door.clone();
            async move {
                let peer = io.peer_addr()?;
                boot::bound_kernel_buffers(&io);
                io.set_nodelay(true)?;
                Ok((door.admit(io, Some(peer.ip()))?, Protocol::Http1, Some(peer)))
            }
        };
        fn_service(accept).and_then(self.http())
    }

    /// For Unix sockets.
    pub(crate) fn unix(
        &self,
    ) -> impl ServiceFactory<UnixStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<> {
        let door = self.door();
        let accept = move |io: UnixStream| {
            let door = door.clone();
            async move { Ok((door.admit(io, None)?, Protocol::Http1, None)) }
        };
        fn_service(accept).and_then(self.http())
    }

    fn http<T: AsyncRead + AsyncWrite + Unpin + 'static>(
        &self,
    ) -> impl ServiceFactory<Accepted<T>, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<T> {
        let (state, draining) = (self.state.clone(), self.draining.clone());
        let app = App::new().configure(configure(state)).into_factory();
        HttpService::build()
            .graceful_shutdown_signal(move || {
                let draining = draining.clone();
                async move { draining.notified().await }
            })
            .keep_alive(limits::KEEP_ALIVE)
            .client_request_timeout(limits::REQUEST_HEAD)
            .client_disconnect_timeout(limits::LINGER)
            .on_connect_ext(|io: &Connection<T>, data| {
                data.insert(io.requests());
            })
            .finish(map_config(app.map_err(|error: Error| error.error_response()), |()| AppConfig::default()))
    }
}

/// Where connections enter a worker.
#[derive(Clone)]
struct Door {
    connections: Arc<Connections>,
    crowd: Rc<Crowd>,
}

impl Door {
    /// A connection, unless its client has too many.
    fn admit<T>(&self, io: T, peer: Option<IpAddr>) -> io::Result<Connection<T>> {
        let permit = self.connections.enter(peer).ok_or_else(|| refused(peer))?;
        let connection = Connection::new(io, permit);
        self.crowd.enter(&connection.requests());
        Ok(connection)
    }
}

fn refused(peer: Option<IpAddr>) -> io::Error {
    static GATE: LogGate = LogGate::new();
    if let (Some(peer), Some(more)) = (peer, GATE.pass()) {
        log::warn!("closed a connection: {peer} has too many open; if that is your proxy, add it to TRUSTED_PROXIES{more}");
    }
    io::ErrorKind::ConnectionRefused.into()
}
