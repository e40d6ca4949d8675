//! A program, and what differs between programs at the start.

use crate::settings::LayerKind;

/// The kind of clients that a program serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Plain HTTP; sockets are another process's.
    Pages,
    /// WebSockets; pages are another process's.
    Sockets,
    /// Both in one process.
    Both,
}

/// The program that starts: its name and version for the log and `/healthz`, and what it serves.
///
/// ```
/// use catamaran_boot::{Program, Role};
///
/// const KANRI: Program = Program::new("kanri-ws", env!("CARGO_PKG_VERSION"), Role::Sockets);
/// assert_eq!(KANRI.default_port(), 8001);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// As in log lines and in `/healthz`.
    pub name: &'static str,
    /// As in log lines and in `/healthz`.
    pub version: &'static str,
    /// The kind of clients that it serves.
    pub role: Role,
}

impl Program {
    /// A program of this name.
    pub const fn new(name: &'static str, version: &'static str, role: Role) -> Self {
        Self { name, version, role }
    }

    /// The port where neither a flag nor the environment names one: 8001 for sockets alone, otherwise 8000.
    pub const fn default_port(self) -> u16 {
        match self.role {
            Role::Pages | Role::Both => 8000,
            Role::Sockets => 8001,
        }
    }

    /// The channel layer where `CHANNEL_LAYER` is unset: Redis where another process must hear it, memory without the feature `redis`.
    pub const fn default_layer(self) -> LayerKind {
        match self.role {
            #[cfg(feature = "redis")]
            Role::Pages | Role::Sockets => LayerKind::RedisPubSub,
            #[cfg(not(feature = "redis"))]
            Role::Pages | Role::Sockets => LayerKind::Memory,
            Role::Both => LayerKind::Memory,
        }
    }

    /// Whether this program needs another one to hear its channel layer.
    pub(crate) const fn is_half(self) -> bool {
        matches!(self.role, Role::Pages | Role::Sockets)
    }

    /// The variables that may carry the port, the stronger one first.
    pub(crate) const fn port_variables(self) -> &'static [&'static str] {
        match self.role {
            Role::Pages | Role::Both => &["PORT"],
            Role::Sockets => &["WS_PORT", "PORT"],
        }
    }
}
