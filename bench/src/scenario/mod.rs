//! The measurements.

mod fan_out;
mod idle;
mod isolation;
mod setup;

pub use self::{
    fan_out::{FanOut, FanOutFigures, Pace},
    idle::{IdleFigures, idle},
    isolation::{Deployment, IsolationFigures, SocketLoad, page_latency},
    setup::Setup,
};
