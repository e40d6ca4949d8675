//! The programs of this workspace, and what differs between them at the start.

use crate::settings::LayerKind;

/// Which program is starting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// Plain HTTP: pages and the JSON API.
    HttpServer,
    /// WebSockets.
    WsServer,
    /// Both of them in one process, for a laptop.
    Runserver,
}

impl Process {
    /// The program's name, as in log lines and in `/healthz`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HttpServer => "http-server",
            Self::WsServer => "ws-server",
            Self::Runserver => "runserver",
        }
    }

    /// The port where neither a flag nor the environment names one.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::HttpServer | Self::Runserver => 8000,
            Self::WsServer => 8001,
        }
    }

    /// The channel layer where `CHANNEL_LAYER` is unset.
    pub const fn default_layer(self) -> LayerKind {
        match self {
            Self::HttpServer | Self::WsServer => LayerKind::RedisPubSub,
            Self::Runserver => LayerKind::Memory,
        }
    }

    /// Whether this program needs another one to hear its channel layer.
    pub(crate) const fn is_half(self) -> bool {
        matches!(self, Self::HttpServer | Self::WsServer)
    }

    /// The variables that may carry the port, the stronger one first.
    pub(crate) const fn port_variables(self) -> &'static [&'static str] {
        match self {
            Self::HttpServer | Self::Runserver => &["PORT"],
            Self::WsServer => &["WS_PORT", "PORT"],
        }
    }
}
