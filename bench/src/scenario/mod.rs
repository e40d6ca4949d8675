//! What is measured.

mod fan_out;
mod idle;
mod isolation;
mod stage;

pub use self::{
    fan_out::{FanOut, FanOutFigures, Pace},
    idle::{IdleFigures, idle},
    isolation::{IsolationFigures, Neighbours, Storm, page_at_rest_and_under_storm},
    stage::Stage,
};
