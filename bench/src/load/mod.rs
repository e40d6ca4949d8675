//! The clients: thousands of subscribers on one thread, and one publisher.
//!
//! A message carries its due time, its number, and its number within its room. So each subscriber detects messages that are late, lost,
//! repeated or out of order.

mod connection;
mod frames;
mod message;
mod stats;
mod subscribers;

pub use self::{
    connection::{Dialect, socket_request},
    frames::text as text_frame,
    message::{Clock, Stamp},
    stats::{Arrivals, Window},
    subscribers::{Handshakes, Plan, Subscriber, Subscribers},
};
