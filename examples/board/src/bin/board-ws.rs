//! The sockets; the pages are another process's.

fn main() -> std::process::ExitCode {
    board::main(catamaran_sockets::Program::new("board-ws", env!("CARGO_PKG_VERSION"), catamaran_sockets::Role::Sockets))
}
