//! The pages; the sockets are another process's.

fn main() -> std::process::ExitCode {
    board::main(sockets::Program::new("board-web", env!("CARGO_PKG_VERSION"), sockets::Role::Pages))
}
