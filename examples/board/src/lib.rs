//! Kanri, a live board of cards. The README is the guide to it.

mod consumer;
mod members;
mod pages;
mod start;
mod store;
mod token;

pub use start::main;
