//! The fan-out of a group's message: computed once for each worker and type of consumer, not once for each socket.

use std::{
    borrow::Cow,
    marker::PhantomData,
    panic::{self, AssertUnwindSafe},
    rc::Rc,
    thread,
};

use catamaran::{Consumer, EventError, FanOut, Message};

/// The type of a route's consumers, as a trait object.
pub(crate) trait ConsumerType {
    /// Computes the fan-out of `message` for all sockets of this type. The outer error is a panic of the consumer's code.
    fn fan_out(&self, message: &Message) -> thread::Result<Result<FanOut, EventError>>;
    /// The route's path, for the log.
    fn path(&self) -> &str;
}

struct TypedConsumer<C> {
    path: Cow<'static, str>,
    consumer: PhantomData<fn(C)>,
}

/// The type of a route's sockets.
pub(crate) fn consumer_type<C: Consumer>(path: Cow<'static, str>) -> Rc<dyn ConsumerType> {
    Rc::new(TypedConsumer::<C> { path, consumer: PhantomData })
}

impl<C: Consumer> ConsumerType for TypedConsumer<C> {
    fn fan_out(&self, message: &Message) -> thread::Result<Result<FanOut, EventError>> {
        panic::catch_unwind(AssertUnwindSafe(|| catamaran::fan_out::<C>(message)))
    }

    fn path(&self) -> &str {
        &self.path
    }
}
