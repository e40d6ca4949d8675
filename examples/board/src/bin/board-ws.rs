//! The sockets. Another process serves the pages.

fn main() -> std::process::ExitCode {
    board::main(catamaran_sockets::Program::new("board-ws", env!("CARGO_PKG_VERSION"), catamaran_sockets::Role::Sockets))
}
