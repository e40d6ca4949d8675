#![doc = include_str!("../README.md")]

mod address_limits;
mod admission;
mod args;
mod backlog;
pub mod close;
mod counters;
mod credentials;
mod fan_out;
mod fragments;
mod frames;
mod handshake;
mod health;
mod hub;
mod inbox;
mod limits;
mod outbox;
mod overload;
mod paths;
mod plain;
mod program;
mod rate;
mod reader;
mod routes;
mod server;
mod session;
mod sessions;
mod socket;
mod tier;
mod upgrade;
mod utf8;
mod waiting;

pub use self::{
    address_limits::AddressLimits,
    args::Args,
    counters::{Counter, Counters},
    credentials::Handshake,
    limits::{Limits, TierLimits},
    program::program,
    routes::Routes,
    server::{Sockets, run, server},
    sessions::{Identity, Sessions},
    tier::Tier,
};
