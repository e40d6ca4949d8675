#![doc = include_str!("../README.md")]

mod durations;
mod layer;
mod metrics;
mod process;
mod requests;
mod scrape;

pub use self::{durations::Durations, metrics::Metrics, requests::Requests, scrape::Scrape};
