//! The sockets of a Django shop: `examples/mixed-fleet/` has the Django side, and starts both.
//!
//!     TICKET_KEY=… ALLOWED_ORIGINS=http://localhost:8000 cargo run -p catamaran-sockets --example orders

mod order;
mod ticket;

use std::{process::ExitCode, time::SystemTime};

use catamaran_sockets::{Program, Role, program};
use order::OrderSocket;
use ticket::TicketKey;

const ORDERS: Program = Program::new("orders", env!("CARGO_PKG_VERSION"), Role::Sockets);

fn main() -> ExitCode {
    let key = match TicketKey::parse(std::env::var("TICKET_KEY").unwrap_or_default()) {
        Ok(key) => key,
        Err(fault) => {
            eprintln!("TICKET_KEY: {fault}");
            return ExitCode::from(2);
        }
    };
    program(ORDERS, |server| server.consumer("/ws/orders/{order}/", move |_scope| OrderSocket::new(key.clone(), SystemTime::now)))
}
