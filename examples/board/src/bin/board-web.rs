//! The pages; the sockets are another process's.

fn main() -> std::process::ExitCode {
    board::main(catamaran_sockets::Program::new("board-web", env!("CARGO_PKG_VERSION"), catamaran_sockets::Role::Pages))
}
