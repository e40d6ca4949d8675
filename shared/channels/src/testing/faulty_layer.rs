//! A layer that a test can cut off.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::BoxFuture;

use crate::{
    ChannelLayer, ChannelName, ChannelOptions, GroupName, History, InMemoryLayer, LayerError, LayerStats, LayerStatus, Message,
    Position, Receipt, Receiver,
};

/// A layer in memory that refuses to send to groups while it is cut off, like a layer that has lost its Redis.
///
/// ```
/// # use catamaran::{testing::FaultyLayer, *};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let (layer, board) = (FaultyLayer::default(), GroupName::parse("board")?);
/// let message = Message::from_json(&serde_json::json!({ "type": "card.moved" }))?;
/// layer.cut(true);
/// assert!(layer.group_send(&board, &message).await.is_err());
/// layer.cut(false);
/// assert!(layer.group_send(&board, &message).await.is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct FaultyLayer {
    inner: InMemoryLayer,
    is_cut: AtomicBool,
}

impl FaultyLayer {
    /// Returns a layer that is not cut off.
    pub fn new(inner: InMemoryLayer) -> Self {
        Self { inner, is_cut: AtomicBool::new(false) }
    }

    /// Cuts the layer off, or connects it again.
    pub fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
    }
}

impl Default for FaultyLayer {
    fn default() -> Self {
        Self::new(InMemoryLayer::new(crate::LayerConfig::default()))
    }
}

impl ChannelLayer for FaultyLayer {
    fn new_channel(&self, options: ChannelOptions) -> Receiver {
        self.inner.new_channel(options)
    }

    fn send<'a>(&'a self, channel: &'a ChannelName, message: &'a Message) -> BoxFuture<'a, Result<(), LayerError>> {
        self.inner.send(channel, message)
    }

    fn receive(&self, channel: &ChannelName) -> BoxFuture<'static, Result<Message, LayerError>> {
        self.inner.receive(channel)
    }

    fn group_add(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        self.inner.group_add(group, channel)
    }

    fn group_discard(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        self.inner.group_discard(group, channel)
    }

    fn group_send<'a>(&'a self, group: &'a GroupName, message: &'a Message) -> BoxFuture<'a, Result<Receipt, LayerError>> {
        if self.is_cut.load(Ordering::SeqCst) {
            return Box::pin(async { Err(LayerError::Unavailable("the line is cut".to_owned())) });
        }
        self.inner.group_send(group, message)
    }

    fn history<'a>(&'a self, group: &'a GroupName, since: Option<Position>) -> BoxFuture<'a, Result<History, LayerError>> {
        self.inner.history(group, since)
    }

    fn positions<'a>(&'a self, groups: &'a [GroupName]) -> BoxFuture<'a, Result<Vec<Option<Position>>, LayerError>> {
        self.inner.positions(groups)
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        self.inner.flush()
    }

    fn status(&self) -> LayerStatus {
        self.inner.status()
    }

    fn stats(&self) -> LayerStats {
        self.inner.stats()
    }
}
