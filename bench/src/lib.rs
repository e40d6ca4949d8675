#![doc = include_str!("../README.md")]

pub mod charts;
pub mod cpu;
pub mod document;
pub mod goals;
pub mod guard;
pub mod http;
pub mod load;
pub mod one;
pub mod peers;
pub mod progress;
pub mod publish;
pub mod run;
pub mod scenario;
pub mod server;
pub mod suite;
pub mod table;
