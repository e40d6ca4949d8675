//! The programs of the application.

use catamaran_boot::{Program, Role};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Plain HTTP: pages and the JSON API.
pub const HTTP_SERVER: Program = Program::new("http-server", VERSION, Role::Pages);
/// WebSockets.
pub const WS_SERVER: Program = Program::new("ws-server", VERSION, Role::Sockets);
/// Both of them in one process, for a laptop.
pub const RUNSERVER: Program = Program::new("runserver", VERSION, Role::Both);

/// The variables of `program` for its `--help`, as `.env.sample` has them. The program carries the text.
pub fn variables_help(program: Program) -> String {
    catamaran_boot::variables_help(include_str!("../../../.env.sample"), |name| reads(program.role, name))
}

/// Whether a program of this role uses the variable.
fn reads(role: Role, name: &str) -> bool {
    let of_pages = name == "WS_URL" || ["HTTP_", "WEB_MAX_"].iter().any(|prefix| name.starts_with(prefix));
    match role {
        Role::Pages => of_pages || !name.starts_with("WS_"),
        Role::Sockets => !of_pages,
        Role::Both => name != "WS_PORT",
    }
}
