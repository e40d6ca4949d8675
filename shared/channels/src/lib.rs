#![doc = include_str!("../README.md")]

mod announcer;
mod clock;
mod config;
pub mod conformance;
mod consumer;
mod disconnect;
mod general;
mod history;
mod json;
mod json_fault;
mod layer;
mod log_throttle;
mod memory;
mod message;
mod name;
mod queue;
mod receiver;
mod registry;
mod tagged;
pub mod testing;

pub use self::{
    announcer::Announcer,
    clock::{Clock, ManualClock},
    config::LayerConfig,
    consumer::{
        Accept, Close, CloseCode, CommandError, Consumer, ConsumerError, Context, Driver, EventFaults, FanOut, Fault, Frame,
        FrameError, Handle, Headers, MAX_EVENTS, MAX_TASKS, QueryError, Scope, SendError, SocketError, Task, Transport,
        WeakHandle, fan_out,
    },
    disconnect::SocketOrder,
    general::GeneralChannels,
    history::{Histories, History, HistoryLimits, HistoryRule, POSITION_BYTES, Position, PositionError, with_position},
    json::any_value,
    json_fault::{why_not_field, why_not_json},
    layer::{ChannelLayer, ChannelOptions, Delivery, Gap, GapReason, Incoming, LayerError, LayerStatus, Receipt, Target},
    log_throttle::{LogThrottle, Suppressed},
    memory::InMemoryLayer,
    message::{EventError, MAX_MESSAGE_BYTES, Message, MessageError},
    name::{ChannelName, GroupName, MAX_NAME_LENGTH, NameError},
    receiver::{Address, Addresses, Receiver},
    registry::{GroupWatcher, Join, LayerStats, Registry},
};
