#![doc = include_str!("../README.md")]

mod rates;
mod turns;

pub use self::{
    rates::{Rate, Rates, TooFast},
    turns::{Rank, Turn, Turns},
};
