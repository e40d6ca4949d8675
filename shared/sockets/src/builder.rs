//! A server of a team's own: its consumers, users and limits on the tier.

use std::{borrow::Cow, io, sync::Arc};

use actix_web::web::ServiceConfig;
use catamaran::{ChannelLayer, Consumer, Scope};
use catamaran_boot::{Listener, Settings};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::{
    Anonymous, Authenticate, Limits, Routes, Tier, TierLimits,
    authenticate::{Sessions, Users},
    paths::SocketPaths,
    server,
};

/// Builds a server that holds WebSockets. The README shows a whole `main`.
pub struct Server<A: Authenticate = Anonymous> {
    settings: Settings,
    layer: Arc<dyn ChannelLayer>,
    users: Arc<A>,
    limits: TierLimits,
    stop: CancellationToken,
    routes: Routes<A::User>,
    other_paths: Option<&'static str>,
}

impl Server {
    /// A server without users. Name and version, hosts, origins, proxies and workers are the settings'.
    pub fn new(settings: Settings, layer: Arc<dyn ChannelLayer>) -> Self {
        Self::authenticated(settings, layer, Anonymous)
    }
}

impl<A: Authenticate> Server<A> {
    /// A server that authenticates its clients by `users`.
    pub fn authenticated(settings: Settings, layer: Arc<dyn ChannelLayer>, users: A) -> Self {
        let (limits, stop) = (TierLimits::default(), CancellationToken::new());
        Self { settings, layer, users: Arc::new(users), limits, stop, routes: Routes::new(), other_paths: None }
    }

    /// With other limits than the default ones.
    #[must_use]
    pub fn limits(self, limits: impl Into<TierLimits>) -> Self {
        Self { limits: limits.into(), ..self }
    }

    /// With a token that stops the server when it is cancelled: give it to [`catamaran_boot::stop_on_signals`].
    #[must_use]
    pub fn stop(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }

    /// Sockets to `path` are held by consumers that `make` makes. Parts in braces are the scope's parameters; each is one
    /// part of the path.
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

    /// With these routes.
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

    /// The sockets, to be mounted in an `App` that has pages too.
    pub fn sockets(self) -> Sockets {
        let sessions: Arc<dyn Sessions> = Arc::clone(&self.users) as _;
        let users: Arc<dyn Users<A::User>> = self.users;
        let mut limits = self.limits;
        limits.address = limits.address.covering(self.routes.own_limits(), &limits.socket);
        let mut tier = Tier::new(Arc::new(self.settings), self.layer, sessions, limits, self.stop);
        tier.other_paths = self.other_paths;
        let (routes, mounted) = (self.routes, tier.clone());
        let paths = routes.paths();
        Sockets { tier, paths, mount: Arc::new(move |config| routes.mount(config, &mounted, &users)) }
    }

    /// Serves until its token stops it and every socket is closed.
    ///
    /// # Errors
    /// The listener cannot be used.
    pub async fn run(self, listener: Listener) -> io::Result<()> {
        self.sockets().run(listener).await
    }
}

/// The tier's part of an `App`: the sockets of its routes, one hub for each worker thread.
#[derive(Clone)]
pub struct Sockets {
    /// The tier.
    pub tier: Tier,
    pub(crate) paths: SocketPaths,
    mount: Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>,
}

impl Sockets {
    /// Mounts the routes. For the closure that makes a worker's `App`, called on that worker's thread.
    pub fn configure(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let mount = Arc::clone(&self.mount);
        move |config| mount(config)
    }

    /// Serves them alone, until its token stops it and every socket is closed.
    ///
    /// # Errors
    /// The listener cannot be used.
    pub async fn run(self, listener: Listener) -> io::Result<()> {
        server::run(listener, self).await
    }
}
