//! A server on a port and a thread of its own.

use std::{
    net::SocketAddr,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use catamaran::{ChannelLayer, InMemoryLayer, LayerConfig};
use catamaran_boot::{
    Flags, Program, Role, Settings,
    settings::{Reader, read_vars},
};
use catamaran_sockets::{Anonymous, Authenticate, Counters, Limits, Routes, ServerLimits};
use testbed::eventually;
use tokio_util::sync::CancellationToken;

use crate::probe::{KnownSessions, Log, Probe, Who};

const PROGRAM: Program = Program::new("tier", "1", Role::Sockets);
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A running server. Dropping it stops it, and fails if a socket is left.
pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    pub(crate) layer: Arc<dyn ChannelLayer>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) log: Log,
    pub(crate) sessions: Arc<KnownSessions>,
    pub(crate) stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        Self::on(limits, Arc::new(InMemoryLayer::new(LayerConfig::default())))
    }

    pub(crate) fn on(limits: Limits, layer: Arc<dyn ChannelLayer>) -> Self {
        let sessions = Arc::new(KnownSessions::default());
        let mut server = Self::asking(Arc::clone(&sessions), limits, layer);
        server.sessions = sessions;
        server
    }

    /// With these variables beside the usual ones.
    pub(crate) fn with_settings(variables: &[(&str, &str)]) -> Self {
        Self::with_both(Limits::default(), variables)
    }

    /// With these limits of a socket, and these variables beside the usual ones.
    pub(crate) fn with_both(limits: Limits, variables: &[(&str, &str)]) -> Self {
        let sessions = Arc::new(KnownSessions::default());
        let layer = Arc::new(InMemoryLayer::new(LayerConfig::default()));
        let mut server = Self::with_variables(Arc::clone(&sessions), limits, layer, variables);
        server.sessions = sessions;
        server
    }

    /// A server that authenticates by `asked`, and not by its own `sessions`.
    pub(crate) fn asking(asked: impl Authenticate<User = Who>, limits: Limits, layer: Arc<dyn ChannelLayer>) -> Self {
        Self::with_variables(asked, limits, layer, &[])
    }

    fn with_variables(
        asked: impl Authenticate<User = Who>,
        limits: Limits,
        layer: Arc<dyn ChannelLayer>,
        variables: &[(&str, &str)],
    ) -> Self {
        let log = Log::default();
        let notes = log.clone();
        let routes = Routes::new().consumer("/ws/probe/{name}/", move |_| Probe::new(notes.clone()));
        let mut server = Self::serving(asked, limits, layer, routes, variables);
        server.log = log;
        server
    }

    /// A server with these routes, without users.
    pub(crate) fn mounting(limits: Limits, layer: Arc<dyn ChannelLayer>, routes: Routes) -> Self {
        // The rate of an address must not add to the limits of the sockets.
        let variables = [("WS_FRAMES_PER_ADDRESS", "1000000")];
        Self::serving(Anonymous, limits, layer, routes, &variables)
    }

    pub(crate) fn serving<A: Authenticate>(
        asked: A,
        limits: Limits,
        layer: Arc<dyn ChannelLayer>,
        routes: Routes<A::User>,
        variables: &[(&str, &str)],
    ) -> Self {
        // Many of these clients never answer a close frame.
        let limits = limits.with(|limits| limits.close_timeout = Duration::from_millis(300));
        let flags = Flags::default().with(|flags| (flags.alone, flags.bind) = (true, Some("127.0.0.1:0".parse().unwrap())));
        let environment = |name: &str| match name {
            "CHANNEL_LAYER" => Some("memory".to_owned()),
            "WEB_CONCURRENCY" => Some("2".to_owned()),
            "ALLOWED_ORIGINS" => Some("https://friend.example".to_owned()),
            _ => variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
        };
        let read = |reader: &mut Reader<'_>| (Settings::read(reader, PROGRAM, &flags), ServerLimits::read(reader));
        let (settings, read) = read_vars(environment, read).unwrap();
        let listen = settings.listen.clone();
        let limits = read.with(|all| all.socket = limits);
        let stop = CancellationToken::new();
        let server = catamaran_sockets::Server::authenticated(settings, Arc::clone(&layer), asked);
        let sockets = server
            .other_paths("route every other path to http-server")
            .limits(limits)
            .stop(stop.clone())
            .routes(routes)
            .sockets();
        let counters = Arc::clone(&sockets.state.counters);
        let (bound, address) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let listener = listen.bind().unwrap();
                bound.send(listener.local_addr().unwrap().unwrap()).unwrap();
                sockets.run(listener).await.unwrap();
            });
        });
        let addr = address.recv().unwrap();
        Self { addr, layer, counters, log: Log::default(), sessions: Arc::default(), stop, thread: Some(thread) }
    }

    /// Waits until so many sockets are open.
    pub(crate) async fn open(&self, count: u64) {
        eventually(PATIENCE, async || (self.counters.open.get() == count).then_some(())).await;
    }

    /// Waits until the server has ended.
    pub(crate) fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
        self.join();
        if !std::thread::panicking() {
            assert_eq!(self.counters.open.get(), 0, "sockets are left");
        }
    }
}
