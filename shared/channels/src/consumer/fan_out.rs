//! The frame, or the work, that one event of a group becomes for the sockets of one consumer type.

use serde::Serialize;

use super::{Consumer, Frame};
use crate::{EventError, Message};

/// The frame, or the work, that one event of a group becomes for the sockets of one consumer type.
///
/// The constructors [`same`](Self::same), [`others`](Self::others), [`volatile`](Self::volatile) and
/// [`volatile_others`](Self::volatile_others) take a value and send it as JSON.
#[derive(Debug, Clone)]
pub enum FanOut {
    /// Every socket gets this frame; no consumer is woken.
    Same(Frame),
    /// Every socket but the sender's gets this frame. The sender is named by [`group_send_from`](crate::Handle::group_send_from); where
    /// the event names none, every socket gets the frame.
    Others(Frame),
    /// Every socket gets this frame, unless earlier frames still wait for its client: then it is dropped and counted. For what the next
    /// frame replaces, such as positions.
    Volatile(Frame),
    /// As [`Volatile`](Self::Volatile), for every socket but the sender's.
    VolatileOthers(Frame),
    /// Every consumer decodes the event and looks at it itself.
    Each,
    /// Nothing is sent.
    Nothing,
}

impl FanOut {
    /// [`Same`](Self::Same) with `value` as JSON. A value that JSON cannot hold becomes [`Nothing`](Self::Nothing), and the log says why.
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
                log::error!("an event is sent to no client: {fault}");
                Self::Nothing
            },
            make,
        )
    }
}

/// What `message` becomes for all sockets whose consumer is a `C`.
///
/// # Errors
/// [`EventError`] where it is none of `C`'s events.
pub fn fan_out<C: Consumer>(message: &Message) -> Result<FanOut, EventError> {
    message.event::<C::Event>().map(|event| C::fan_out(&event))
}
