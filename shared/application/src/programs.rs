//! The programs of the application.

use catamaran_boot::{Program, Role};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Plain HTTP: pages and the JSON API.
pub const HTTP_SERVER: Program = Program::new("http-server", VERSION, Role::Pages);
/// WebSockets.
pub const WS_SERVER: Program = Program::new("ws-server", VERSION, Role::Sockets);
/// Both of them in one process, for a laptop.
pub const RUNSERVER: Program = Program::new("runserver", VERSION, Role::Both);
