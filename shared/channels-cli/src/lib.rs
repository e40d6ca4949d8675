#![doc = include_str!("../README.md")]

mod args;
mod connect;
pub mod doctor;
mod exit;
mod groups;
mod integers;
mod members;
mod prepare;
mod run;
mod send;
mod shown;
mod tail;
mod target;
mod words;

pub use self::{
    args::{Args, Command},
    exit::{WrongInput, exit_code},
    prepare::prepare,
    run::{Streams, run},
    shown::{Shown, shown},
    target::{Layer, Target},
};
