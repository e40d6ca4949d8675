//! The pages. Another process serves the sockets.

fn main() -> std::process::ExitCode {
    board::main(catamaran_sockets::Program::new("board-web", env!("CARGO_PKG_VERSION"), catamaran_sockets::Role::Pages))
}
