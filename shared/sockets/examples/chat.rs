//! The chat of the Channels tutorial: a message in a room goes to all sockets of the room.
//!
//!     CHANNEL_LAYER=memory cargo run --example chat -- --alone     then http://localhost:8001/chat/lobby/
//!     cargo run --example chat -- --port 8001                      over the Redis at REDIS_URL

use catamaran::{Accept, Close, Consumer, ConsumerError, Context, FanOut, GroupName};
use catamaran_sockets::{Program, Role, close, program};
use serde::{Deserialize, Serialize};

/// One socket in one room.
#[derive(Default)]
pub(crate) struct Chat {
    group: Option<GroupName>,
}

/// Both ways between client and server: `{"message": …}`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Line {
    message: String,
}

/// Events of the group.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Event {
    #[serde(rename = "chat.message")]
    Message {
        /// The text.
        message: String,
    },
}

impl Consumer for Chat {
    type User = ();
    type Command = Line;
    type Event = Event;
    type Error = ConsumerError;

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        let room = cx.scope().param("room").unwrap_or_default();
        let group = GroupName::parse(&format!("chat_{room}")).map_err(|e| Close::new(close::NOT_FOUND, e.to_string()))?;
        cx.group_add(&group).await?;
        self.group = Some(group);
        Ok(Accept::default())
    }

    async fn receive(&mut self, cx: &mut Context<Self>, line: Line) -> Result<(), ConsumerError> {
        let Some(group) = &self.group else { return Ok(()) };
        cx.group_send(group, &Event::Message { message: line.message }).await?;
        Ok(())
    }

    async fn event(&mut self, cx: &mut Context<Self>, Event::Message { message }: Event) -> Result<(), ConsumerError> {
        cx.reply(&Line { message });
        Ok(())
    }

    fn fan_out(Event::Message { message }: &Event) -> FanOut {
        FanOut::same(&Line { message: message.clone() })
    }
}

const CHAT: Program = Program::new("chat", "1.0.0", Role::Sockets);

fn main() -> std::process::ExitCode {
    program(CHAT, |server| {
        server.consumer("/ws/chat/{room}/", |_| Chat::default()).page("/chat/{room}/", include_str!("chat.html"))
    })
}
