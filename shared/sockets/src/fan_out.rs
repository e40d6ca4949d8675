//! The result of a group's message for all sockets of one type, computed once for a worker and not once for a socket.

use std::{borrow::Cow, marker::PhantomData, rc::Rc};

use catamaran::{Consumer, EventError, FanOut, Message};

/// The sockets of one route: their consumer's type, without its name.
pub(crate) trait ConsumerType {
    /// The result of `message` for all of them.
    fn fan_out(&self, message: &Message) -> Result<FanOut, EventError>;
    /// The route's path, for the log.
    fn path(&self) -> &str;
}

struct Of<C> {
    path: Cow<'static, str>,
    consumer: PhantomData<fn(C)>,
}

/// The type of a route's sockets.
pub(crate) fn consumer_type<C: Consumer>(path: Cow<'static, str>) -> Rc<dyn ConsumerType> {
    Rc::new(Of::<C> { path, consumer: PhantomData })
}

impl<C: Consumer> ConsumerType for Of<C> {
    fn fan_out(&self, message: &Message) -> Result<FanOut, EventError> {
        catamaran::fan_out::<C>(message)
    }

    fn path(&self) -> &str {
        &self.path
    }
}
