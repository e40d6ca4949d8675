//! The other end of the sockets: thousands of subscribers on one thread, and one publisher.
//!
//! A message carries when it was meant to be sent, its number, and its number within its room, so that each subscriber sees what
//! is late, lost, doubled or out of order.

mod connection;
mod frames;
mod message;
mod stats;
mod swarm;

pub use self::{
    connection::{Dialect, socket_request},
    frames::text as text_frame,
    message::{Clock, Stamp},
    stats::{Arrivals, Window},
    swarm::{Handshakes, Plan, Subscriber, Swarm},
};
