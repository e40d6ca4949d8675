//! The measured servers: how to start, join and publish to each.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;

use crate::{
    load::Dialect,
    server::{self, Core, Server},
};

/// A server of sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Peer {
    /// The tutorial's chat on catamaran-sockets, with the layer in memory.
    OursMemory,
    /// The same over Redis, pubsub dialect.
    OursPubsub,
    /// The same over Redis, core dialect.
    OursCore,
    /// One write of prebuilt bytes for each delivery: the cost of the system call.
    BareTcp,
    /// A loop over actix-ws sessions, without a layer.
    BareActixWs,
    /// nginx with nchan, Redis.
    Nchan,
    /// npm's ws and ioredis.
    NpmWs,
    /// Socket.IO with its Redis adapter.
    SocketIo,
    /// Socket.IO's protocol in Rust, with its Redis adapter.
    Socketioxide,
    /// Django Channels under Daphne, core dialect.
    DaphneCore,
    /// Django Channels under Daphne, pubsub dialect.
    DaphnePubsub,
    /// Django Channels under uvicorn, core dialect.
    UvicornCore,
    /// Django Channels under uvicorn, pubsub dialect.
    UvicornPubsub,
}

/// Where and how a server runs.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The core.
    pub core: Core,
    /// A command that runs it, with its arguments; empty if it runs by itself.
    pub wrapper: Vec<String>,
    /// The folder with our programs, if not this program's own.
    pub programs: Option<PathBuf>,
}

impl Default for Launch {
    fn default() -> Self {
        Self { core: Core::Measured, wrapper: Vec::new(), programs: None }
    }
}

/// How a message is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishMethod {
    /// A client of the room sends the message.
    Socket {
        /// The bytes before and after the text.
        wrap: (&'static str, &'static str),
    },
    /// `group_send` in the pubsub dialect.
    Pubsub,
    /// `group_send` in the core dialect.
    Core,
    /// Redis' PUBLISH to `chat:ROOM`.
    Redis,
    /// `POST /pub/ROOM`.
    Http,
}

const CHAT: PublishMethod = PublishMethod::Socket { wrap: ("{\"message\":\"", "\"}") };

impl Peer {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::OursMemory => "Catamaran, memory",
            Self::OursPubsub => "Catamaran, Redis pubsub",
            Self::OursCore => "Catamaran, Redis core",
            Self::BareTcp => "bare TCP",
            Self::BareActixWs => "bare actix-ws",
            Self::Nchan => "nginx nchan, Redis",
            Self::NpmWs => "npm ws + ioredis",
            Self::SocketIo => "Socket.IO + Redis adapter",
            Self::Socketioxide => "socketioxide + Redis adapter",
            Self::DaphneCore => "Django, Daphne, core",
            Self::DaphnePubsub => "Django, Daphne, pubsub",
            Self::UvicornCore => "Django, uvicorn, core",
            Self::UvicornPubsub => "Django, uvicorn, pubsub",
        }
    }

    /// How messages are published to it.
    pub fn publish_method(self) -> PublishMethod {
        match self {
            Self::OursMemory | Self::BareTcp | Self::BareActixWs => CHAT,
            Self::OursPubsub | Self::DaphnePubsub | Self::UvicornPubsub => PublishMethod::Pubsub,
            Self::OursCore | Self::DaphneCore | Self::UvicornCore => PublishMethod::Core,
            Self::NpmWs => PublishMethod::Redis,
            Self::SocketIo | Self::Socketioxide => PublishMethod::Socket { wrap: ("42[\"message\",\"", "\"]") },
            Self::Nchan => PublishMethod::Http,
        }
    }

    /// The protocol of its sockets.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::SocketIo | Self::Socketioxide => Dialect::SocketIo,
            _ => Dialect::Plain,
        }
    }

    /// Path and query of a room's socket.
    pub fn path(self, room: usize) -> String {
        match self.dialect() {
            Dialect::SocketIo => format!("/socket.io/?EIO=4&transport=websocket&room={room}"),
            Dialect::Plain => format!("/ws/chat/{room}/"),
        }
    }

    /// Whether it is Django. Then one measurement a run is enough: it takes long, and lies an order of magnitude away.
    pub fn is_django(self) -> bool {
        matches!(self, Self::DaphneCore | Self::DaphnePubsub | Self::UvicornCore | Self::UvicornPubsub)
    }

    /// Whether it is Catamaran: its sockets have sessions, and need their cookies.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::OursMemory | Self::OursPubsub | Self::OursCore)
    }

    /// Starts it, with the Redis that listens on port `redis`.
    ///
    /// # Errors
    /// It does not start. The error quotes its output, or says what to install.
    pub async fn start(self, launch: &Launch, redis: u16, folder: &Path, variables: &[(&str, &str)]) -> anyhow::Result<Server> {
        let port = server::free_port()?;
        let url = format!("redis://127.0.0.1:{redis}");
        let mut all = vec![("REDIS_URL", url.as_str()), ("RUST_LOG", "warn"), ("WEB_CONCURRENCY", "1")];
        let peers = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/run.sh"));
        let built = launch.programs.clone().map_or_else(server::built, Ok)?;
        let (program, argument, layer) = match self {
            Self::OursMemory => (built.join("chat"), "--alone", "memory"),
            Self::OursPubsub => (built.join("chat"), "", "redis-pubsub"),
            Self::OursCore => (built.join("chat"), "", "redis-core"),
            Self::BareTcp => (built.join("bare_tcp"), "", ""),
            Self::BareActixWs => (built.join("bare_actix_ws"), "", ""),
            Self::Nchan => (peers, "nchan", ""),
            Self::NpmWs => (peers, "ws", ""),
            Self::SocketIo => (peers, "socketio", ""),
            Self::Socketioxide => (peers, "socketioxide", ""),
            Self::DaphneCore => (peers, "daphne", "redis-core"),
            Self::DaphnePubsub => (peers, "daphne", "redis-pubsub"),
            Self::UvicornCore => (peers, "uvicorn", "redis-core"),
            Self::UvicornPubsub => (peers, "uvicorn", "redis-pubsub"),
        };
        if !layer.is_empty() {
            all.push(("CHANNEL_LAYER", layer));
        }
        all.extend_from_slice(variables);
        let own = program.to_str().context("this program's folder is a plain path")?;
        let words = launch.wrapper.iter().map(String::as_str).chain([own, argument]).filter(|word| !word.is_empty());
        let words: Vec<&str> = words.collect();
        let file_name = self.name().replace([' ', ','], "-");
        let (program, arguments) = words.split_first().context("there is a program")?;
        Server::start(&file_name, launch.core, Path::new(program), arguments, &all, port, folder).await
    }
}
