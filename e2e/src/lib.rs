#![doc = include_str!("../README.md")]

mod data;
mod door;
mod fleet;
mod http;
mod person;
mod site;
mod socket;
mod tls;

pub use data::Data;
pub use door::{Door, Stream};
pub use fleet::{Fleet, Server};
pub use http::{Request, Response};
pub use person::Person;
pub use site::Site;
pub use socket::Socket;
