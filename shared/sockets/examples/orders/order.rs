//! One order, live: as `OrderConsumer` of `examples/mixed-fleet/orders/consumers.py` under Daphne, on the same path.

use std::time::SystemTime;

use catamaran::{Accept, ChannelName, Close, CloseCode, Consumer, ConsumerError, Context, FanOut, GroupName, Message, Scope};
use catamaran_sockets::close;
use serde::{Deserialize, Serialize};

use crate::ticket::{Claims, TicketKey};

/// One customer's socket to one order.
pub(crate) struct OrderSocket {
    key: TicketKey,
    now: fn() -> SystemTime,
    visitor: Option<Claims>,
}

/// Commands of the page.
#[derive(Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Command {
    /// A note for all sockets of the order.
    #[serde(rename = "note")]
    Note { text: String },
    /// A request for the delivery date. A worker of Django answers it.
    #[serde(rename = "quote")]
    Quote,
}

/// Events that Django or this process sends to groups and channels. The page gets them unchanged.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Event {
    #[serde(rename = "order.changed")]
    Changed { order: u64, state: String },
    #[serde(rename = "order.note")]
    Note { order: u64, who: String, text: String },
    #[serde(rename = "order.quote")]
    Quote { order: u64, days: u32 },
    #[serde(rename = "user.signed_out")]
    SignedOut,
}

/// The job for `manage.py runworker shipping`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "shipping.quote")]
struct QuoteJob<'a> {
    order: u64,
    reply_channel: &'a str,
}

impl OrderSocket {
    /// A socket for a client with a ticket that this key has signed.
    pub(crate) fn new(key: TicketKey, now: fn() -> SystemTime) -> Self {
        Self { key, now, visitor: None }
    }

    fn admit(&self, scope: &Scope) -> Result<Claims, Close> {
        let ticket = scope.query_param("ticket").unwrap_or_default();
        let claims = self.key.open(&ticket, (self.now)()).map_err(|fault| Close::new(close::SIGNED_OUT, fault.to_string()))?;
        if scope.param("order") != Some(&*claims.order.to_string()) {
            return Err(Close::new(close::FORBIDDEN, "this ticket is for another order"));
        }
        Ok(claims)
    }
}

impl Consumer for OrderSocket {
    type User = ();
    type Command = Command;
    type Event = Event;
    type Error = ConsumerError;

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        let visitor = self.admit(cx.scope())?;
        for group in [order_group(visitor.order), group(&format!("user.{}", visitor.user))] {
            cx.group_add(&group).await?;
        }
        self.visitor = Some(visitor);
        Ok(Accept::default())
    }

    async fn receive(&mut self, cx: &mut Context<Self>, command: Command) -> Result<(), ConsumerError> {
        let Some(Claims { order, name, .. }) = &self.visitor else { return Ok(()) };
        match command {
            Command::Note { text } => {
                let event = Event::Note { order: *order, who: name.clone(), text };
                cx.group_send(&order_group(*order), &event).await?;
            }
            Command::Quote => {
                let job = QuoteJob { order: *order, reply_channel: cx.channel_name().as_str() };
                let message = Message::new(&job)?;
                cx.layer().send(&shipping(), &message).await?;
            }
        }
        Ok(())
    }

    async fn event(&mut self, cx: &mut Context<Self>, event: Event) -> Result<(), ConsumerError> {
        match event {
            Event::SignedOut => cx.close(close::SIGNED_OUT, "you have signed out"),
            shown => cx.reply(&shown),
        }
        Ok(())
    }

    fn fan_out(event: &Event) -> FanOut {
        match event {
            Event::SignedOut => FanOut::Each,
            shown => FanOut::same(shown),
        }
    }

    async fn disconnect(&mut self, _: &mut Context<Self>, code: CloseCode) {
        if let Some(Claims { order, name, .. }) = &self.visitor {
            log::debug!("{name} no longer looks at order {order} ({code})");
        }
    }
}

fn order_group(order: u64) -> GroupName {
    group(&format!("order.{order}"))
}

fn group(name: &str) -> GroupName {
    GroupName::parse(name).expect("a word and a number")
}

fn shipping() -> ChannelName {
    ChannelName::parse("shipping").expect("a fixed word")
}
