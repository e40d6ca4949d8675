#![doc = include_str!("../README.md")]

mod admission;
mod args;
mod backlog;
pub mod close;
mod counters;
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
    args::Args,
    counters::{Counter, Counters},
    limits::Limits,
    program::program,
    routes::Routes,
    server::{Sockets, run, server},
    sessions::{Identity, Sessions},
    tier::Tier,
};
