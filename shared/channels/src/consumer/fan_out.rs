//! The result of one group event for all sockets of one consumer type.

use serde::Serialize;

use super::{Consumer, Frame};
use crate::{EventError, Message};

/// The result of one group event for all sockets of one consumer type.
///
/// The constructors [`same`](Self::same), [`others`](Self::others), [`volatile`](Self::volatile) and
/// [`volatile_others`](Self::volatile_others) take a value and send it as JSON.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum FanOut {
    /// Every socket gets this frame. No consumer runs.
    Same(Frame),
    /// Every socket except the sender's gets this frame. [`group_send_from`](crate::Handle::group_send_from) names the sender. If the
    /// event names no sender, every socket gets the frame.
    Others(Frame),
    /// Every socket gets this frame, unless earlier frames still wait for its client. Then the frame is dropped and counted. Use it for
    /// values that the next frame replaces, such as positions.
    Volatile(Frame),
    /// Like [`Volatile`](Self::Volatile), for every socket except the sender's.
    VolatileOthers(Frame),
    /// Every consumer decodes and handles the event itself.
    Each,
    /// No client gets anything.
    Nothing,
}

impl FanOut {
    /// [`Same`](Self::Same) with `value` as JSON. If JSON cannot hold the value, logs an error and returns [`Nothing`](Self::Nothing).
    pub fn same<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::json(value, Self::Same)
    }

    /// [`Others`](Self::Others) with `value` as JSON.
    pub fn others<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::json(value, Self::Others)
    }

    /// [`Volatile`](Self::Volatile) with `value` as JSON.
    pub fn volatile<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::json(value, Self::Volatile)
    }

    /// [`VolatileOthers`](Self::VolatileOthers) with `value` as JSON.
    pub fn volatile_others<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::json(value, Self::VolatileOthers)
    }

    fn json<T: Serialize + ?Sized>(value: &T, make: fn(Frame) -> Self) -> Self {
        Frame::json(value).map_or_else(
            |fault| {
                log::error!("an event was sent to no client: {fault}");
                Self::Nothing
            },
            make,
        )
    }
}

/// Returns the result of `message` for all sockets whose consumer is a `C`.
///
/// # Errors
/// [`EventError`] if the message is not one of `C`'s events.
pub fn fan_out<C: Consumer>(message: &Message) -> Result<FanOut, EventError> {
    message.event::<C::Event>().map(|event| C::fan_out(&event))
}
