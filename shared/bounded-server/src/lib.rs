#![doc = include_str!("../README.md")]

mod addresses;
mod body;
mod bounds;
mod connection;
mod drain;
mod entrance;
mod hosts;
mod refusal;
mod server;
mod service;
mod state;
mod worker;

pub use self::{bounds::Bounds, hosts::check_host, server::BoundedServer};
