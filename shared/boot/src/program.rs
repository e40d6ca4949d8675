//! A program, and what differs between programs at the start.

use crate::settings::LayerKind;

/// The kind of clients that a program serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Plain HTTP. Another process serves the sockets.
    Pages,
    /// WebSockets. Another process serves the pages.
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

    /// The port if neither a flag nor the environment names one: 8001 for sockets alone, otherwise 8000.
    pub const fn default_port(self) -> u16 {
        match self.role {
            Role::Pages | Role::Both => 8000,
            Role::Sockets => 8001,
        }
    }

    /// The channel layer if `CHANNEL_LAYER` is unset: Redis if another process must share it, memory without the feature `redis`.
    pub const fn default_layer(self) -> LayerKind {
        match self.role {
            #[cfg(feature = "redis")]
            Role::Pages | Role::Sockets => LayerKind::RedisPubSub,
            #[cfg(not(feature = "redis"))]
            Role::Pages | Role::Sockets => LayerKind::Memory,
            Role::Both => LayerKind::Memory,
        }
    }

    /// Whether this program shares its channel layer with another one.
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
