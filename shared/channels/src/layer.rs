//! The contract of a layer. `README.md` has its rules, [`conformance`](crate::conformance) a test for each rule.

use futures_util::future::BoxFuture;

use crate::{ChannelName, GroupName, History, LayerStats, Message, Position, Receiver};

/// A channel layer: channels that one receiver reads, and groups of channels.
///
/// `group_add`, `group_discard` and the drop of a [`Receiver`] take effect in the order in which they are *called*. The future that
/// a call returns only reports when the backend has handled it, and may be dropped.
pub trait ChannelLayer: Send + Sync + 'static {
    /// Makes a channel with a unique name. Its messages wait in the [`Receiver`] until they are read. When the receiver is dropped, the
    /// channel leaves its groups and its subscriptions end.
    fn new_channel(&self, options: ChannelOptions) -> Receiver;

    /// Sends to one channel, in this process or another. A channel without a reader is no error: the message is lost (in a general
    /// channel, after the expiry).
    fn send<'a>(&'a self, channel: &'a ChannelName, message: &'a Message) -> BoxFuture<'a, Result<(), LayerError>>;

    /// Waits for the next message of a *general* channel: a name without `!` that many readers share, in any process. Each message goes
    /// to one of them (or, declared, to each process). Cancelling the future consumes no message.
    ///
    /// It waits as long as no message comes, and while the backend is unavailable.
    fn receive(&self, channel: &ChannelName) -> BoxFuture<'static, Result<Message, LayerError>>;

    /// Makes `channel` a member of `group`, or renews its membership. After the future has completed, each later message to the group,
    /// from any process, reaches the channel.
    fn group_add(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>>;

    /// Ends the membership of `channel`. No error if it is no member.
    fn group_discard(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>>;

    /// Sends to every member of `group` once. The other members get the message even if one is full.
    fn group_send<'a>(&'a self, group: &'a GroupName, message: &'a Message) -> BoxFuture<'a, Result<Receipt, LayerError>>;

    /// Returns the messages of `group` after the position `since`; without it, all that the group's history still holds. The answer says
    /// so if they are not known.
    ///
    /// Fails with [`LayerError::NoHistory`] if the group keeps no history.
    fn history<'a>(&'a self, group: &'a GroupName, since: Option<Position>) -> BoxFuture<'a, Result<History, LayerError>>;

    /// Returns the position of the newest message of each group, in the order of `groups`; `None` where a group has none. It is one query
    /// for all groups (or, declared, one for each host), for a check whether a message was lost.
    ///
    /// Fails with [`LayerError::NoHistory`] if a group keeps no history.
    fn positions<'a>(&'a self, groups: &'a [GroupName]) -> BoxFuture<'a, Result<Vec<Option<Position>>, LayerError>>;

    /// Removes every membership and unread message of this process, in the backend too. Histories stay, since other processes use them.
    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>>;

    /// Returns the state of the backend. For health checks; costs no round trip.
    fn status(&self) -> LayerStatus;

    /// Returns the counters of this process.
    fn stats(&self) -> LayerStats;
}

/// Options of a new channel.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ChannelOptions {
    /// The number of messages that may wait unread; `None` for the layer's own capacity. A receiver of many sockets needs more.
    pub capacity: Option<usize>,
}

impl ChannelOptions {
    /// Returns these options with room for `messages` unread messages.
    #[must_use]
    pub fn with_capacity(self, messages: usize) -> Self {
        Self { capacity: Some(messages), ..self }
    }
}

/// The target of a delivery. It lets one receiver serve many sockets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
// Exhaustive: a message goes to a channel or to a group.
pub enum Target {
    /// The receiver's own channel, or one of its [`Address`](crate::Address)es.
    Channel(ChannelName),
    /// A group that the receiver's channel is a member of.
    Group(GroupName),
}

/// One message for one receiver.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Delivery {
    /// The target.
    pub to: Target,
    /// The message.
    pub message: Message,
}

impl Delivery {
    /// Returns a delivery of `message`, which was sent to `to`.
    pub fn new(to: Target, message: Message) -> Self {
        Self { to, message }
    }
}

/// An item that a receiver reads.
#[derive(Debug, Clone)]
// Exhaustive: a receiver must handle each kind; a further kind would be another contract.
pub enum Incoming {
    /// A message.
    Delivery(Delivery),
    /// Messages may be missing at this place in the order.
    Gap(Gap),
}

/// Messages may have been lost here. A receiver that depends on them should fetch the state again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The cause.
    pub reason: GapReason,
    /// The number of messages known to be lost; 0 if it is unknown.
    pub dropped: u64,
}

impl Gap {
    /// Returns a gap in which `dropped` messages are known to be lost; 0 if the number is unknown.
    pub fn new(reason: GapReason, dropped: u64) -> Self {
        Self { reason, dropped }
    }
}

/// The cause of a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GapReason {
    /// The backend was unavailable for a while.
    Disconnected,
    /// This receiver did not read fast enough.
    Overflow,
}

impl GapReason {
    /// The reason's name on the wire and in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Overflow => "overflow",
        }
    }
}

/// The result of a `group_send`, as far as the layer knows it when it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Receipt {
    /// The number of members in this process (in-memory layer) or of processes (Redis) that got the message.
    pub reached: usize,
    /// The number of members that were full. A layer that learns this only at the receiving end returns 0, counts the drops there,
    /// and marks a [`Gap`].
    pub dropped: usize,
    /// The message's position, if the group keeps a history.
    pub position: Option<Position>,
}

impl Receipt {
    /// Returns the receipt of a message that was handed over in `reached` places and dropped by `dropped` members.
    pub fn new(reached: usize, dropped: usize) -> Self {
        Self { reached, dropped, position: None }
    }

    /// Returns this receipt with the message's position.
    #[must_use]
    pub fn at(self, position: Position) -> Self {
        Self { position: Some(position), ..self }
    }
}

/// The error of a layer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// The channel is at its capacity. This message was not queued.
    #[error("channel {channel} is full: {capacity} messages wait unread; its reader is too slow or gone, try again later")]
    Full {
        /// The channel.
        channel: ChannelName,
        /// Its capacity in messages.
        capacity: usize,
    },
    /// A channel without a receiver in this process cannot join a group.
    #[error("channel {0} has no receiver in this process: make it with new_channel and keep its receiver")]
    NoReceiver(ChannelName),
    /// `receive` was called for a channel that has its own receiver.
    #[error("channel {0} is read by the receiver that made it: receive takes from names without '!'")]
    NotGeneral(ChannelName),
    /// The group keeps no history.
    #[error("group {group} keeps no history: {why}")]
    NoHistory {
        /// The group.
        group: GroupName,
        /// The reason.
        why: &'static str,
    },
    /// The configured serializer cannot encode the message.
    #[error("the message cannot be sent: {0}")]
    Unsendable(String),
    /// The backend did not answer. The message may have been sent; the layer does not send it again.
    #[error("the channel layer's backend is unavailable: {0}")]
    Unavailable(String),
}

/// The state of a layer's backend.
#[derive(Debug, Clone, PartialEq, Eq)]
// Exhaustive: a layer works or does not, and each health check decides by it.
pub enum LayerStatus {
    /// The backend works.
    Up,
    /// The backend is unavailable, for the reason in the text. The layer keeps trying.
    Down(String),
}

impl LayerStatus {
    /// Returns whether the backend works.
    pub fn is_up(&self) -> bool {
        *self == Self::Up
    }
}
