//! Which path is which consumer: the table, and how a team makes its own.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Payload, ServiceConfig},
};
use channels::{Consumer, Scope};

use crate::{
    Identity, Tier,
    fan_out::kind,
    paths::SocketPaths,
    plain::{asks_for_socket, no_socket, upgrade_required},
    tier::Worker,
    upgrade::upgrade,
};

/// Path → consumer.
///
/// ```
/// # use channels::*;
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
/// let routes = sockets::Routes::new().consumer("/ws/echo/{room}/", |_scope| Echo);
/// ```
#[derive(Clone, Default)]
pub struct Routes {
    mounts: Vec<Mount>,
    paths: Vec<Cow<'static, str>>,
}

type Mount = Arc<dyn Fn(&mut ServiceConfig, &Rc<Worker>) + Send + Sync>;

impl Routes {
    /// No path yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sockets to `path` are held by consumers that `make` makes. Parts in braces are the scope's parameters; each is one
    /// part of the path.
    pub fn consumer<C: Consumer<User: From<Identity>>>(
        mut self,
        path: impl Into<Cow<'static, str>>,
        make: impl Fn(&Scope<C::User>) -> C + Send + Sync + 'static,
    ) -> Self {
        let (path, make) = (path.into(), Arc::new(make));
        self.paths.push(path.clone());
        self.mounts.push(Arc::new(move |config, worker| {
            let (worker, kind, make) = (Rc::clone(worker), kind::<C>(path.clone()), Arc::clone(&make));
            let handler = move |request: HttpRequest, payload: Payload| {
                let (worker, kind, make) = (Rc::clone(&worker), Rc::clone(&kind), Arc::clone(&make));
                async move { socket(request, payload, worker, kind, make).await }
            };
            config.service(web::resource(&*path).to(handler));
        }));
        self
    }

    /// A page at `path`, for an example or a test; an application's pages are http-server's.
    pub fn page(mut self, path: impl Into<Cow<'static, str>>, html: &'static str) -> Self {
        let path = path.into();
        let show = move || async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html) };
        self.mounts.push(Arc::new(move |config, _| {
            config.service(web::resource(&*path).get(show));
        }));
        self
    }

    /// Mounts them, and starts the hub of this worker thread.
    pub(crate) fn mount(&self, config: &mut ServiceConfig, tier: &Tier) {
        let worker = Worker::start(tier);
        for mount in &self.mounts {
            mount(config, &worker);
        }
        let paths = self.paths();
        config.service(web::resource("/ws{rest:(/.*)?}").to(move |request| no_socket(request, paths.clone())));
    }

    /// The paths of the sockets.
    pub(crate) fn paths(&self) -> SocketPaths {
        SocketPaths(self.paths.as_slice().into())
    }
}

async fn socket<C: Consumer<User: From<Identity>>>(
    request: HttpRequest,
    payload: Payload,
    worker: Rc<Worker>,
    kind: Rc<dyn crate::fan_out::Kind>,
    make: Arc<impl Fn(&Scope<C::User>) -> C>,
) -> HttpResponse {
    if asks_for_socket(&request) {
        upgrade(request, payload, worker, kind, |scope| make(scope)).await
    } else {
        upgrade_required()
    }
}
