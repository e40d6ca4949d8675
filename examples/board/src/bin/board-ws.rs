//! The sockets; the pages are another process's.

fn main() -> std::process::ExitCode {
    board::main(sockets::Program::new("board-ws", env!("CARGO_PKG_VERSION"), sockets::Role::Sockets))
}
