//! The builder of a server: consumers, users and limits.

use std::{borrow::Cow, io, sync::Arc};

use actix_web::web::ServiceConfig;
use catamaran::{ChannelLayer, Consumer, Scope};
use catamaran_boot::{Listener, Settings};
use catamaran_metrics::Metrics;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::{
    Anonymous, Authenticate, Limits, Routes, ServerLimits, ServerState,
    authenticate::{SessionStore, Users},
    drain::Drain,
    paths::SocketPaths,
    readiness::Shortcomings,
    server,
};

/// Builds a server that holds WebSockets. The README shows a whole `main`.
pub struct Server<A: Authenticate = Anonymous> {
    settings: Settings,
    layer: Arc<dyn ChannelLayer>,
    users: Arc<A>,
    limits: ServerLimits,
    stop: CancellationToken,
    routes: Routes<A::User>,
    other_paths: Option<&'static str>,
    drain: Drain,
    shortcomings: Shortcomings,
}

impl Server {
    /// A server without users. Its name, version, hosts, origins, proxies and workers come from `settings`.
    pub fn new(settings: Settings, layer: Arc<dyn ChannelLayer>) -> Self {
        Self::authenticated(settings, layer, Anonymous)
    }
}

impl<A: Authenticate> Server<A> {
    /// A server that authenticates its clients by `users`.
    pub fn authenticated(settings: Settings, layer: Arc<dyn ChannelLayer>, users: A) -> Self {
        let (limits, stop) = (ServerLimits::default(), CancellationToken::new());
        Self {
            settings,
            layer,
            users: Arc::new(users),
            limits,
            stop,
            routes: Routes::new(),
            other_paths: None,
            drain: Drain::default(),
            shortcomings: Shortcomings::default(),
        }
    }

    /// Sets limits in place of the default ones.
    #[must_use]
    pub fn limits(self, limits: impl Into<ServerLimits>) -> Self {
        Self { limits: limits.into(), ..self }
    }

    /// Sets the token that stops the server when it is cancelled: give it to [`catamaran_boot::stop_on_signals`].
    #[must_use]
    pub fn stop(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }

    /// Sets what must happen before the first socket is closed because the process stops. Called once. Presence is handed over here.
    #[must_use]
    pub fn before_closing(self, prepare: impl Fn() + Send + Sync + 'static) -> Self {
        Self { drain: Drain::new(Some(Box::new(prepare))), ..self }
    }

    /// Adds a check of the application to `/readyz`. While it returns a text, `/readyz` is `degraded` (200) with this code and text. It is
    /// called at each request, so it must not block.
    #[must_use]
    pub fn degraded_while(mut self, code: &'static str, check: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.shortcomings.add(code, check);
        self
    }

    /// Adds a path: `make` makes a consumer for each of its sockets. Parts in braces become parameters of the scope; each is one segment of
    /// the path.
    #[must_use]
    pub fn consumer<C: Consumer<User = A::User>>(
        self,
        path: impl Into<Cow<'static, str>>,
        make: impl Fn(&Scope<A::User>) -> C + Send + Sync + 'static,
    ) -> Self {
        Self { routes: self.routes.consumer(path, make), ..self }
    }

    /// As [`Routes::consumer_within`].
    #[must_use]
    pub fn consumer_within<C: Consumer<User = A::User>>(
        self,
        path: impl Into<Cow<'static, str>>,
        limits: Limits,
        make: impl Fn(&Scope<A::User>) -> C + Send + Sync + 'static,
    ) -> Self {
        Self { routes: self.routes.consumer_within(path, limits, make), ..self }
    }

    /// As [`Routes::typed_consumer`].
    #[must_use]
    pub fn typed_consumer<P: DeserializeOwned + 'static, C: Consumer<User = A::User>>(
        self,
        path: impl Into<Cow<'static, str>>,
        make: impl Fn(&Scope<A::User>, P) -> C + Send + Sync + 'static,
    ) -> Self {
        Self { routes: self.routes.typed_consumer(path, make), ..self }
    }

    /// As [`Routes::typed_consumer_within`].
    #[must_use]
    pub fn typed_consumer_within<P: DeserializeOwned + 'static, C: Consumer<User = A::User>>(
        self,
        path: impl Into<Cow<'static, str>>,
        limits: Limits,
        make: impl Fn(&Scope<A::User>, P) -> C + Send + Sync + 'static,
    ) -> Self {
        Self { routes: self.routes.typed_consumer_within(path, limits, make), ..self }
    }

    /// Sets all routes.
    #[must_use]
    pub fn routes(self, routes: Routes<A::User>) -> Self {
        Self { routes, ..self }
    }

    /// As [`Routes::page`].
    #[must_use]
    pub fn page(self, path: impl Into<Cow<'static, str>>, html: &'static str) -> Self {
        Self { routes: self.routes.page(path, html), ..self }
    }

    /// Adds advice to the answers to plain HTTP: which process serves the paths that have no socket, as `route every other path to
    /// http-server`. Without it, the answers name the paths of the sockets.
    #[must_use]
    pub fn other_paths(self, advice: &'static str) -> Self {
        Self { other_paths: Some(advice), ..self }
    }

    /// Returns the sockets, to be mounted in an `App` that has pages too.
    pub fn sockets(self) -> Sockets {
        let sessions: Arc<dyn SessionStore> = Arc::clone(&self.users) as _;
        let users: Arc<dyn Users<A::User>> = self.users;
        let mut limits = self.limits;
        limits.address = limits.address.covering(self.routes.own_limits(), &limits.socket);
        let mut state = ServerState::new(Arc::new(self.settings), self.layer, sessions, limits, self.stop);
        state.other_paths = self.other_paths;
        state.drain = Arc::new(self.drain);
        state.shortcomings = Arc::new(self.shortcomings);
        let (routes, mounted) = (self.routes, state.clone());
        let paths = routes.paths();
        Sockets { state, paths, mount: Arc::new(move |config| routes.mount(config, &mounted, &users)) }
    }

    /// Serves until its token stops it and every socket is closed. Serves metrics too, where `METRICS_BIND` is set.
    ///
    /// # Errors
    /// The listener cannot be used, or the address of the metrics.
    pub async fn run(self, listener: Listener) -> io::Result<()> {
        let sockets = self.sockets();
        let mut metrics = Metrics::bind(&sockets.state.settings).map_err(io::Error::other)?;
        metrics.layer(Arc::clone(&sockets.state.layer));
        sockets.state.measure(&mut metrics);
        metrics.during(sockets.run(listener)).await
    }
}

/// The sockets of a server's routes, to be mounted in an `App`. Each worker thread has one hub.
#[derive(Clone)]
pub struct Sockets {
    /// The shared state.
    pub state: ServerState,
    pub(crate) paths: SocketPaths,
    mount: Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>,
}

impl Sockets {
    /// Mounts the routes. Call it in the closure that makes a worker's `App`, on that worker's thread.
    pub fn configure(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let mount = Arc::clone(&self.mount);
        move |config| mount(config)
    }

    /// Serves the sockets alone, until the token stops the server and every socket is closed.
    ///
    /// # Errors
    /// The listener cannot be used.
    pub async fn run(self, listener: Listener) -> io::Result<()> {
        server::run(listener, self).await
    }
}
