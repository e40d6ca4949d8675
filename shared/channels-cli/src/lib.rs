#![doc = include_str!("../README.md")]

mod args;
mod connect;
pub mod doctor;
mod exit;
mod format;
mod groups;
mod integers;
mod members;
mod prepare;
mod run;
mod send;
mod tail;
mod target;

pub use catamaran_boot::{Escaped, escaped};

pub use self::{
    args::{Args, Command},
    exit::{WrongInput, exit_code},
    prepare::prepare,
    run::{Streams, run},
    target::{Layer, Target},
};
