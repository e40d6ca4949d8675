//! The contract: what every layer does. `README.md` has its law, [`conformance`](crate::conformance) a test for each sentence.

use futures_util::future::BoxFuture;

use crate::{ChannelName, GroupName, LayerStats, Message, Receiver};

/// The deck between processes: channels that one receiver reads, and groups of channels.
///
/// `group_add`, `group_discard` and the drop of a [`Receiver`] take effect in the order in which they are *called*; the future
/// that a call returns only says when the backend has heard of it, and may be dropped.
pub trait ChannelLayer: Send + Sync + 'static {
    /// Makes a channel with a name of its own. Its messages wait in the [`Receiver`] until they are read; when the receiver
    /// is dropped, the channel leaves its groups and its subscriptions end.
    fn new_channel(&self, options: ChannelOptions) -> Receiver;

    /// Sends to one channel, in this process or another. Nobody reading it is no error: the message is lost (in a general channel,
    /// after the expiry).
    fn send<'a>(&'a self, channel: &'a ChannelName, message: &'a Message) -> BoxFuture<'a, Result<(), LayerError>>;

    /// Takes the next message from a *general* channel: a name without `!` that any number of readers share, in this process and
    /// others, each message going to one of them (or, declared, to each process). Dropping the future takes nothing.
    ///
    /// It waits for as long as nothing comes, and while the backend is away.
    fn receive(&self, channel: &ChannelName) -> BoxFuture<'static, Result<Message, LayerError>>;

    /// Makes `channel` a member of `group`, or renews its membership. When the future is done, whatever is sent to the group
    /// afterwards, from any process, reaches the channel.
    fn group_add(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>>;

    /// Ends the membership of `channel`; no error where it is no member.
    fn group_discard(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>>;

    /// Sends to every member of `group` once. A member that is full does not keep the others from theirs.
    fn group_send<'a>(&'a self, group: &'a GroupName, message: &'a Message) -> BoxFuture<'a, Result<Receipt, LayerError>>;

    /// Forgets every membership and unread message of this process (and what the backend keeps for it).
    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>>;

    /// Is the backend there? For health checks; costs no round trip.
    fn status(&self) -> LayerStatus;

    /// What has happened to messages in this process so far.
    fn stats(&self) -> LayerStats;
}

/// How a channel is made.
#[derive(Debug, Clone, Default)]
pub struct ChannelOptions {
    /// How many messages may wait unread; `None` is the layer's own capacity. For a reader that serves many sockets.
    pub capacity: Option<usize>,
}

/// To whom a delivery was sent: that is how one receiver can serve many.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// The receiver's own channel, or one of its [`Address`](crate::Address)es.
    Channel(ChannelName),
    /// A group that the receiver's channel is a member of.
    Group(GroupName),
}

/// One message for one receiver.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// To whom it was sent.
    pub to: Target,
    /// What was sent.
    pub message: Message,
}

/// What a receiver reads.
#[derive(Debug, Clone)]
pub enum Incoming {
    /// A message.
    Delivery(Delivery),
    /// Messages may be missing at this place in the order.
    Gap(Gap),
}

/// Messages may have been lost here: whoever depends on them should fetch the state anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Why.
    pub reason: GapReason,
    /// How many are known to be lost; 0 where nobody can know.
    pub dropped: u64,
}

/// Why messages may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapReason {
    /// The backend was out of reach for a while.
    Disconnected,
    /// This receiver did not read fast enough.
    Overflow,
}

impl GapReason {
    /// The word for it on the wire and in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Overflow => "overflow",
        }
    }
}

/// What became of a `group_send`, as far as the layer can know when it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receipt {
    /// Where it was handed over: members in this process for a layer in memory, processes for Redis' pub/sub.
    pub reached: usize,
    /// Members that were full. A layer that learns of this only at the receiving end says 0 here, counts it there, and
    /// tells the receiver by a [`Gap`].
    pub dropped: usize,
}

/// Why a layer did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// The channel holds as many unread messages as it may; this one was not put there.
    #[error("channel {channel} is full: {capacity} messages wait unread; its reader is too slow or gone, try again later")]
    Full {
        /// The channel.
        channel: ChannelName,
        /// How many it may hold.
        capacity: usize,
    },
    /// A channel that no receiver of this process reads cannot join a group.
    #[error("channel {0} has no receiver in this process: make it with new_channel and keep its receiver")]
    NoReceiver(ChannelName),
    /// `receive` was asked for a channel that has a reader of its own.
    #[error("channel {0} is read by the receiver that made it: receive takes from names without '!'")]
    NotGeneral(ChannelName),
    /// The message cannot be written in the configured serializer.
    #[error("the message cannot be sent: {0}")]
    Unsendable(String),
    /// The backend did not answer. The message may or may not have gone out: it is not sent again.
    #[error("the channel layer's backend is unavailable: {0}")]
    Unavailable(String),
}

/// The state of a layer's backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerStatus {
    /// Everything works.
    Up,
    /// Out of reach; the text says why. The layer keeps trying.
    Down(String),
}

impl LayerStatus {
    /// Does everything work?
    pub fn is_up(&self) -> bool {
        *self == Self::Up
    }
}
