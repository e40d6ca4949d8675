//! The table of paths and their consumers.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use actix_web::{
    FromRequest as _, HttpRequest, HttpResponse,
    web::{self, Payload, ServiceConfig},
};
use catamaran::{Consumer, Scope};
use serde::de::DeserializeOwned;

use crate::{
    Limits, ServerState,
    authenticate::Users,
    fan_out::{ConsumerType, consumer_type},
    paths::SocketPaths,
    plain::{asks_for_socket, no_socket, unfit_path, upgrade_required},
    state::Worker,
    upgrade::{client_info, upgrade},
};

/// Path → consumer.
///
/// ```
/// # use catamaran::*;
/// # #[derive(serde::Deserialize)] struct Nothing {}
/// # struct Echo;
/// # impl Consumer for Echo {
/// #     type User = ();
/// #     type Command = Nothing;
/// #     type Event = Nothing;
/// #     type Error = ConsumerError;
/// #     async fn connect(&mut self, _: &mut Context<Self>) -> Result<Accept, ConsumerError> { Ok(Accept::default()) }
/// #     async fn receive(&mut self, _: &mut Context<Self>, _: Nothing) -> Result<(), ConsumerError> { Ok(()) }
/// #     async fn event(&mut self, _: &mut Context<Self>, _: Nothing) -> Result<(), ConsumerError> { Ok(()) }
/// # }
/// let routes = catamaran_sockets::Routes::new().consumer("/ws/echo/{room}/", |_scope| Echo);
/// ```
pub struct Routes<U = ()> {
    mounts: Vec<Mount<U>>,
    paths: Vec<Cow<'static, str>>,
    /// The limits of the paths that have their own.
    own_limits: Vec<Limits>,
}

type Mount<U> = Arc<dyn Fn(&mut ServiceConfig, &Rc<Worker<U>>) + Send + Sync>;

impl<U> Clone for Routes<U> {
    fn clone(&self) -> Self {
        Self { mounts: self.mounts.clone(), paths: self.paths.clone(), own_limits: self.own_limits.clone() }
    }
}

impl<U> Default for Routes<U> {
    fn default() -> Self {
        Self { mounts: Vec::new(), paths: Vec::new(), own_limits: Vec::new() }
    }
}

impl<U: 'static> Routes<U> {
    /// A table without paths.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a path: `make` makes a consumer for each of its sockets. Parts in braces become parameters of the scope; each is one segment of
    /// the path.
    pub fn consumer<C: Consumer<User = U>>(
        self,
        path: impl Into<Cow<'static, str>>,
        make: impl Fn(&Scope<U>) -> C + Send + Sync + 'static,
    ) -> Self {
        self.route(path.into(), None, move |scope, (): ()| make(scope))
    }

    /// As [`consumer`](Self::consumer), with limits for the sockets of this path.
    ///
    /// If the rates of a user or an address are lower than twice this path's rate of frames, the start raises them, and the log says so.
    pub fn consumer_within<C: Consumer<User = U>>(
        self,
        path: impl Into<Cow<'static, str>>,
        limits: Limits,
        make: impl Fn(&Scope<U>) -> C + Send + Sync + 'static,
    ) -> Self {
        self.route(path.into(), Some(limits), move |scope, (): ()| make(scope))
    }

    /// As [`consumer`](Self::consumer), with the parts in braces as a type: an integer, a UUID, a tuple or a struct of them. A handshake
    /// whose path has another form is refused with 404, as one to a path that is not in the table.
    ///
    /// ```
    /// # use catamaran::*;
    /// # #[derive(serde::Deserialize)] struct Nothing {}
    /// # struct Board(i64);
    /// # impl Consumer for Board {
    /// #     type User = ();
    /// #     type Command = Nothing;
    /// #     type Event = Nothing;
    /// #     type Error = ConsumerError;
    /// #     async fn connect(&mut self, _: &mut Context<Self>) -> Result<Accept, ConsumerError> { Ok(Accept::default()) }
    /// #     async fn receive(&mut self, _: &mut Context<Self>, _: Nothing) -> Result<(), ConsumerError> { Ok(()) }
    /// # }
    /// let routes = catamaran_sockets::Routes::new().typed_consumer("/ws/boards/{board}/", |_scope, board: i64| Board(board));
    /// ```
    pub fn typed_consumer<P: DeserializeOwned + 'static, C: Consumer<User = U>>(
        self,
        path: impl Into<Cow<'static, str>>,
        make: impl Fn(&Scope<U>, P) -> C + Send + Sync + 'static,
    ) -> Self {
        self.route(path.into(), None, make)
    }

    /// As [`typed_consumer`](Self::typed_consumer), with limits of its own, as in [`consumer_within`](Self::consumer_within).
    pub fn typed_consumer_within<P: DeserializeOwned + 'static, C: Consumer<User = U>>(
        self,
        path: impl Into<Cow<'static, str>>,
        limits: Limits,
        make: impl Fn(&Scope<U>, P) -> C + Send + Sync + 'static,
    ) -> Self {
        self.route(path.into(), Some(limits), make)
    }

    fn route<P: DeserializeOwned + 'static, C: Consumer<User = U>>(
        mut self,
        path: Cow<'static, str>,
        limits: Option<Limits>,
        make: impl Fn(&Scope<U>, P) -> C + Send + Sync + 'static,
    ) -> Self {
        let make = Arc::new(make);
        self.paths.push(path.clone());
        self.own_limits.extend(limits);
        self.mounts.push(Arc::new(move |config, worker| {
            let limits = limits.map_or_else(|| Rc::clone(&worker.limits), Rc::new);
            let route = Rc::new(Route { worker: Rc::clone(worker), consumer_type: consumer_type::<C>(path.clone()), limits });
            let make = Arc::clone(&make);
            let handler = move |request: HttpRequest, payload: Payload| {
                let (route, make) = (Rc::clone(&route), Arc::clone(&make));
                async move { socket(request, payload, route, make).await }
            };
            config.service(web::resource(&*path).to(handler));
        }));
        self
    }

    /// A page at `path`, for an example or a test. An application serves its pages with actix-web itself.
    pub fn page(mut self, path: impl Into<Cow<'static, str>>, html: &'static str) -> Self {
        let path = path.into();
        let show = move || async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html) };
        self.mounts.push(Arc::new(move |config, _| {
            config.service(web::resource(&*path).get(show));
        }));
        self
    }

    /// Mounts the paths, and starts the hub of this worker thread.
    pub(crate) fn mount(&self, config: &mut ServiceConfig, state: &ServerState, users: &Arc<dyn Users<U>>) {
        let worker = Worker::start(state, Arc::clone(users));
        for mount in &self.mounts {
            mount(config, &worker);
        }
        let (paths, counters) = (self.paths(), Arc::clone(&state.counters));
        config.service(web::resource("/ws{rest:(/.*)?}").to(move |request| {
            counters.misrouted.add(1);
            no_socket(request, paths.clone())
        }));
    }

    /// The limits of the paths that have their own.
    pub(crate) fn own_limits(&self) -> &[Limits] {
        &self.own_limits
    }

    /// The paths of the sockets.
    pub(crate) fn paths(&self) -> SocketPaths {
        SocketPaths(self.paths.as_slice().into())
    }
}

/// The shared state of the sockets of one path on a worker thread.
pub(crate) struct Route<U> {
    pub(crate) worker: Rc<Worker<U>>,
    pub(crate) consumer_type: Rc<dyn ConsumerType>,
    /// The limits of each socket.
    pub(crate) limits: Rc<Limits>,
}

async fn socket<P: DeserializeOwned, C: Consumer>(
    request: HttpRequest,
    payload: Payload,
    route: Rc<Route<C::User>>,
    make: Arc<impl Fn(&Scope<C::User>, P) -> C>,
) -> HttpResponse {
    if !asks_for_socket(&request) {
        let state = &route.worker.state;
        return upgrade_required(&client_info(&request, state), state);
    }
    // The extractor of actix-web for a path is ready at once, and reads no body.
    match web::Path::<P>::extract(&request).await {
        Ok(parts) => upgrade(request, payload, route, |scope| make(scope, parts.into_inner())).await,
        Err(fault) => unfit_path(route.consumer_type.path(), &fault),
    }
}
