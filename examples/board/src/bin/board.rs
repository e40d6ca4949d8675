//! Pages and sockets in one process: no Redis needed.

fn main() -> std::process::ExitCode {
    board::main(sockets::Program::new("board", env!("CARGO_PKG_VERSION"), sockets::Role::Both))
}
