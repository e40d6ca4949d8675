//! The sockets of the Django shop (`examples/orders`), without Django; `e2e` has them with it.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

#[path = "../../examples/orders/order.rs"]
mod order;
#[path = "../../examples/orders/ticket.rs"]
mod ticket;

mod consumer;
mod guide;
mod tickets;
