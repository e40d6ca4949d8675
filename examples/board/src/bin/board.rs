//! Pages and sockets in one process: no Redis needed.

fn main() -> std::process::ExitCode {
    board::main(catamaran_sockets::Program::new("board", env!("CARGO_PKG_VERSION"), catamaran_sockets::Role::Both))
}
