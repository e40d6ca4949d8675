//! The test kit: drive a consumer without a socket and see what it sent.
//!
//! ```
//! # use channels::{testing::Client, *};
//! # use serde::{Deserialize, Serialize};
//! # use std::sync::Arc;
//! struct Echo;
//!
//! #[derive(Deserialize)]
//! struct Say { message: String }
//!
//! #[derive(Serialize, Deserialize)]
//! #[serde(tag = "type")]
//! enum Event { #[serde(rename = "echo.message")] Message { message: String } }
//!
//! impl Consumer for Echo {
//!     type Command = Say;
//!     type Event = Event;
//!
//!     async fn connect(&mut self, cx: &mut Context) -> Result<Accept, Close> {
//!         let _ = cx.group_add(&GroupName::parse("echo").unwrap()).await;
//!         Ok(Accept::default())
//!     }
//!
//!     async fn receive(&mut self, cx: &mut Context, say: Say) -> Result<(), Fault> {
//!         let event = Event::Message { message: say.message };
//!         let group = GroupName::parse("echo").unwrap();
//!         cx.group_send(&group, &event).await.map(|_| ()).map_err(Fault::unavailable)
//!     }
//!
//!     async fn event(&mut self, cx: &mut Context, event: Event) -> Result<(), Fault> {
//!         let Event::Message { message } = event;
//!         cx.reply(&serde_json::json!({ "echo": message }));
//!         Ok(())
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
//! let mut client = Client::connect(Echo, Scope::default(), &layer).await.unwrap();
//! client.send(&serde_json::json!({ "message": "hi" })).await;
//! client.settle().await;
//! assert_eq!(client.sent(), [serde_json::json!({ "echo": "hi" })]);
//! # });
//! ```

use std::{cell::RefCell, rc::Rc, sync::Arc, time::Duration};

use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde_json::Value;

use crate::{
    Accept, Address, ChannelLayer, ChannelName, ChannelOptions, Close, CloseCode, Consumer, Context, Driver, EventFaults, Frame,
    GroupName, Groups, LayerError, Outlet, Receiver, Scope,
};

/// How long a test waits for something that must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A consumer with a client in the test's hand, and no socket between them.
pub struct Client<C: Consumer> {
    driver: Driver<C>,
    receiver: Receiver,
    _address: Address,
    notebook: Rc<Notebook>,
    faults: EventFaults,
    accept: Accept,
}

#[derive(Default)]
struct Notebook {
    frames: RefCell<Vec<Frame>>,
    close: RefCell<Option<Close>>,
}

impl Outlet for Notebook {
    fn send(&self, frame: &Frame) {
        if self.close.borrow().is_none() {
            self.frames.borrow_mut().push(frame.clone());
        }
    }

    fn close(&self, close: Close) {
        self.close.borrow_mut().get_or_insert(close);
    }
}

struct DirectGroups {
    layer: Arc<dyn ChannelLayer>,
    channel: ChannelName,
}

impl Groups for DirectGroups {
    fn add<'a>(&'a self, group: &'a GroupName) -> LocalBoxFuture<'a, Result<(), LayerError>> {
        self.layer.group_add(group, &self.channel)
    }

    fn discard<'a>(&'a self, group: &'a GroupName) -> LocalBoxFuture<'a, Result<(), LayerError>> {
        self.layer.group_discard(group, &self.channel)
    }
}

impl<C: Consumer> Client<C> {
    /// Opens a socket to `consumer`.
    ///
    /// # Errors
    /// The consumer's refusal.
    pub async fn connect(consumer: C, scope: Scope, layer: &Arc<dyn ChannelLayer>) -> Result<Self, Close> {
        let receiver = layer.new_channel(ChannelOptions::default());
        let address = receiver.address();
        let notebook = Rc::new(Notebook::default());
        let groups = Rc::new(DirectGroups { layer: Arc::clone(layer), channel: receiver.name().clone() });
        let cx = Context::new(scope, address.name().clone(), Rc::clone(&notebook) as _, groups, Arc::clone(layer));
        let mut driver = Driver::new(consumer, cx);
        let accept = driver.connect().await?;
        Ok(Self { driver, receiver, _address: address, notebook, faults: EventFaults::default(), accept })
    }

    /// How it was let in.
    pub fn accept(&self) -> &Accept {
        &self.accept
    }

    /// The consumer, to look at its state.
    pub fn consumer(&self) -> &C {
        self.driver.consumer()
    }

    /// The socket's own channel.
    pub fn channel_name(&self) -> &ChannelName {
        self.driver.context().channel_name()
    }

    /// The client sends `command` as JSON.
    ///
    /// # Panics
    /// Where JSON cannot hold it.
    pub async fn send<T: Serialize + ?Sized>(&mut self, command: &T) {
        let text = serde_json::to_string(command).expect("a test sends what JSON can hold");
        self.driver.text(&text).await;
    }

    /// The client sends a text frame, good or bad.
    pub async fn send_text(&mut self, text: &str) {
        self.driver.text(text).await;
    }

    /// The consumer handles everything that waits for it now.
    pub async fn settle(&mut self) {
        while let Some(incoming) = self.receiver.try_recv() {
            self.driver.incoming(&incoming, &self.faults).await;
        }
    }

    /// The consumer handles the next thing that arrives for it.
    ///
    /// # Panics
    /// Where nothing arrives within 20 s.
    pub async fn next(&mut self) {
        let incoming = tokio::time::timeout(PATIENCE, self.receiver.recv()).await.expect("something arrives for the consumer");
        self.driver.incoming(&incoming, &self.faults).await;
    }

    /// The JSON frames that the client got since the last look.
    ///
    /// # Panics
    /// Where one of them is no JSON.
    pub fn sent(&mut self) -> Vec<Value> {
        let frames = std::mem::take(&mut *self.notebook.frames.borrow_mut());
        frames.iter().map(|frame| serde_json::from_slice(frame.payload()).expect("a text frame with JSON")).collect()
    }

    /// How the socket was closed by the server, if it was.
    pub fn closed(&self) -> Option<Close> {
        self.notebook.close.borrow().clone()
    }

    /// How many events the consumer had no handler for.
    pub fn unhandled(&self) -> u64 {
        self.faults.count()
    }

    /// The client goes away.
    pub async fn disconnect(mut self, code: CloseCode) {
        drop(self.receiver);
        self.driver.disconnect(code).await;
    }
}
