#![doc = include_str!("../README.md")]

mod layer;
mod metrics;
mod process;
mod requests;
mod scrape;

pub use self::{metrics::Metrics, requests::Requests, scrape::Scrape};
