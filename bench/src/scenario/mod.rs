//! What is measured.

mod fan_out;
mod stage;

pub use self::{
    fan_out::{FanOut, FanOutFigures, Pace},
    stage::Stage,
};
