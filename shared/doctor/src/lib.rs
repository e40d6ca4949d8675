#![doc = include_str!("../README.md")]

mod args;
mod certificates;
mod checks;
mod dial;
mod examine;
mod fault;
mod http;
mod place;
mod report;
mod seen;
mod session;
mod socket;
mod visit;

pub use self::{
    args::Args,
    certificates::Authorities,
    examine::{examine, run},
    place::Place,
    report::Report,
};
