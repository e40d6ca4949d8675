#![doc = include_str!("../README.md")]

mod access_log;
mod address_limits;
mod admission;
mod authenticate;
mod backlog;
mod builder;
pub mod close;
mod close_counts;
mod connection;
mod counters;
mod credentials;
mod drain;
mod fan_out;
mod flags;
mod fragments;
mod frame_queue;
mod frames;
mod handshake;
mod health;
mod hub;
mod inbox;
mod limits;
mod metrics;
mod outbox;
mod overload;
mod panics;
mod paths;
mod plain;
mod program;
mod rate;
mod reader;
mod readiness;
mod routes;
mod server;
mod socket;
mod state;
mod upgrade;
mod utf8;

pub use self::{
    address_limits::AddressLimits,
    authenticate::{Anonymous, Authenticate, AuthenticateError, Key, SignedIn, Unhealthy},
    builder::{Server, Sockets},
    close_counts::CloseCounts,
    counters::{Counter, Counters},
    credentials::Handshake,
    flags::SocketFlags,
    limits::{Limits, ServerLimits},
    program::program,
    routes::Routes,
    server::server,
    state::ServerState,
};
pub use catamaran_boot::{Program, Role};
