//! A consumer with its own user, its own errors, binary frames, tasks and timers, driven by the test kit.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::{cell::Cell, rc::Rc, sync::Arc, time::Duration};

use bytes::Bytes;
use catamaran::{
    Accept, ChannelLayer, Close, CloseCode, Consumer, ConsumerError, Context, FanOut, Fault, Frame, GroupName, Handle,
    InMemoryLayer, LayerConfig, LayerError, MAX_TASKS, Scope, SendError, SocketError, testing::Client,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

/// A team's own user with an integer key and a plan.
#[derive(Clone, Debug, PartialEq)]
struct Member {
    id: u64,
    is_guest: bool,
}

/// A team's own errors. `?` turns them into faults and closes.
#[derive(Debug, thiserror::Error)]
enum BoardError {
    #[error("guests may only look")]
    Guest,
    #[error("this board is archived")]
    Archived,
    #[error(transparent)]
    Socket(#[from] SocketError),
    #[error(transparent)]
    Layer(#[from] LayerError),
    #[error(transparent)]
    Send(#[from] SendError),
    #[error(transparent)]
    Query(#[from] catamaran::QueryError),
    #[error("a cursor has 4 bytes")]
    Cursor(#[from] std::array::TryFromSliceError),
}

impl From<BoardError> for ConsumerError {
    fn from(error: BoardError) -> Self {
        match error {
            BoardError::Archived => Close::new(CloseCode(4410), error.to_string()).into(),
            BoardError::Guest => Fault::refused("guest", error.to_string()).into(),
            BoardError::Cursor(_) => Fault::refused("bad_cursor", error.to_string()).into(),
            BoardError::Socket(fault) => fault.into(),
            BoardError::Layer(fault) => fault.into(),
            BoardError::Send(fault) => fault.into(),
            BoardError::Query(fault) => fault.into(),
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Command {
    #[serde(rename = "move")]
    Move { card: u64 },
    #[serde(rename = "archive")]
    Archive,
    #[serde(rename = "history")]
    History { pages: u32 },
    #[serde(rename = "remind")]
    Remind { seconds: u64 },
    #[serde(rename = "watch")]
    Watch,
    #[serde(rename = "panic")]
    Panic,
    #[serde(rename = "flood")]
    Flood,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Event {
    #[serde(rename = "card.moved")]
    Moved { card: u64 },
    #[serde(rename = "cursor")]
    Cursor { at: u32 },
    /// Comes only from this socket's own timers: no other process may send it.
    #[serde(skip)]
    Reminded,
}

#[derive(Default)]
struct Board {
    /// Set while one of its tasks runs.
    is_running: Rc<Cell<bool>>,
    had_tasks_at_the_end: Rc<Cell<bool>>,
}

struct Running(Rc<Cell<bool>>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

#[derive(Deserialize)]
struct Wanted {
    after: u64,
}

fn board() -> GroupName {
    GroupName::parse("board").unwrap()
}

impl Board {
    fn watch(&self, socket: Handle<Event>) -> impl Future<Output = ()> + 'static {
        let running = Running(Rc::clone(&self.is_running));
        running.0.set(true);
        async move {
            let _running = running;
            loop {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                socket.reply(&json!({ "type": "hour" }));
            }
        }
    }
}

impl Consumer for Board {
    type User = Member;
    type Command = Command;
    type Event = Event;
    type Error = BoardError;

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, BoardError> {
        let Wanted { after } = cx.scope().parse_query()?;
        cx.group_add(&board()).await?;
        cx.reply(&json!({ "type": "welcome", "user": cx.user().map(|user| user.id), "after": after }));
        Ok(Accept::default())
    }

    async fn receive(&mut self, cx: &mut Context<Self>, command: Command) -> Result<(), BoardError> {
        match command {
            Command::Move { .. } if cx.user().is_none_or(|user| user.is_guest) => return Err(BoardError::Guest),
            Command::Move { card } => drop(cx.group_send_from(&board(), &Event::Moved { card }).await?),
            Command::Archive => return Err(BoardError::Archived),
            Command::History { pages } => {
                let socket = cx.handle();
                cx.spawn(async move {
                    for page in 0..pages {
                        if socket.writable().await.is_err() {
                            return;
                        }
                        socket.reply(&json!({ "type": "page", "page": page }));
                    }
                })?;
            }
            Command::Remind { seconds } => drop(cx.after(Duration::from_secs(seconds), Event::Reminded)?),
            Command::Watch => drop(cx.spawn(self.watch(cx.handle()))?),
            Command::Panic => drop(cx.spawn(async { panic!("as the client wished") })?),
            Command::Flood => {
                for _ in 0..=MAX_TASKS {
                    cx.spawn(std::future::pending())?;
                }
            }
        }
        Ok(())
    }

    /// Sends a cursor to all others. It may be lost, since the next one replaces it.
    async fn binary(&mut self, cx: &mut Context<Self>, bytes: Bytes) -> Result<(), BoardError> {
        let at = u32::from_be_bytes(bytes[..].try_into()?);
        cx.group_send_from(&board(), &Event::Cursor { at }).await?;
        Ok(())
    }

    async fn event(&mut self, cx: &mut Context<Self>, event: Event) -> Result<(), BoardError> {
        if matches!(event, Event::Reminded) {
            cx.reply(&json!({ "type": "reminder" }));
        }
        Ok(())
    }

    fn fan_out(event: &Event) -> FanOut {
        match event {
            Event::Moved { .. } => FanOut::others(event),
            Event::Cursor { at } => FanOut::VolatileOthers(Frame::binary(at.to_be_bytes().to_vec().into())),
            Event::Reminded => FanOut::Each,
        }
    }

    async fn disconnect(&mut self, cx: &mut Context<Self>, _: CloseCode) {
        self.had_tasks_at_the_end.set(self.is_running.get());
        assert_eq!(cx.spawn(async {}).err(), Some(SocketError::Closed));
    }
}

fn layer() -> Arc<dyn ChannelLayer> {
    Arc::new(InMemoryLayer::new(LayerConfig::default()))
}

fn scope() -> Scope<Member> {
    Scope::default().with_query("after=7").with_user(Member { id: 7, is_guest: false })
}

/// Opens a socket and reads its first frame.
async fn open(layer: &Arc<dyn ChannelLayer>) -> Client<Board> {
    let mut client = Client::connect(Board::default(), scope(), layer).await.unwrap();
    assert_eq!(client.sent(), [json!({ "type": "welcome", "user": 7, "after": 7 })]);
    client
}

fn kind(frames: &[Value]) -> Vec<&str> {
    frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn refuses_a_socket_with_an_invalid_query_and_names_the_reason() {
    for (query, reason) in [("", "missing field `after`"), ("after=soon", "invalid digit found in string")] {
        let refusal = Client::connect(Board::default(), scope().with_query(query), &layer()).await.err().unwrap();
        let expected = format!("the query of this socket's address does not fit: {reason}");
        assert_eq!(refusal, Close::new(CloseCode(4400), expected));
    }
}

#[tokio::test]
async fn turns_errors_into_faults_with_the_request_id_or_into_a_close() {
    let guest = scope().with_user(Member { id: 8, is_guest: true });
    let mut client = Client::connect(Board::default(), guest, &layer()).await.unwrap();
    client.sent();
    client.send(&json!({ "type": "move", "card": 1, "id": "m-1" })).await;
    let fault = json!({ "type": "error", "code": "guest", "detail": "guests may only look", "id": "m-1" });
    assert_eq!(client.sent(), [fault]);
    client.send(&json!({ "type": "move", "id": 12 })).await;
    client.send(&json!({ "type": "move" })).await;
    let (with, without) = (client.sent(), client.closed());
    assert_eq!((&with[0]["code"], &with[0]["id"], with[1].get("id"), without), (&json!("bad_field"), &json!(12), None, None));
    client.send_binary(&b"xyz"[..]).await;
    assert_eq!(client.sent()[0]["code"], "bad_cursor");
    client.send(&json!({ "type": "archive" })).await;
    assert_eq!(client.closed(), Some(Close::new(CloseCode(4410), "this board is archived")));
}

#[tokio::test]
async fn sends_a_frame_to_all_but_its_sender() {
    let layer = layer();
    let (mut sender, mut other, mut third) = (open(&layer).await, open(&layer).await, open(&layer).await);
    sender.send(&json!({ "type": "move", "card": 3 })).await;
    sender.send_binary(9_u32.to_be_bytes().to_vec()).await;
    for client in [&mut sender, &mut other, &mut third] {
        client.settle().await;
    }
    assert_eq!((sender.frames(), other.closed()), (vec![], None));
    for client in [&mut other, &mut third] {
        assert_eq!(client.sent(), [json!({ "type": "card.moved", "card": 3 })]);
        assert_eq!(client.sent_binary(), [Bytes::from_static(&[0, 0, 0, 9])]);
        assert_eq!(client.unhandled(), 0);
    }
}

#[tokio::test]
async fn a_slow_client_loses_only_volatile_frames() {
    let layer = layer();
    let (mut sender, mut slow) = (open(&layer).await, open(&layer).await);
    slow.stall();
    sender.send_binary(1_u32.to_be_bytes().to_vec()).await;
    sender.send(&json!({ "type": "move", "card": 3 })).await;
    slow.settle().await;
    slow.read_on();
    sender.send_binary(2_u32.to_be_bytes().to_vec()).await;
    slow.settle().await;
    assert_eq!((kind(&slow.sent()), slow.dropped()), (vec!["card.moved"], 1));
    assert_eq!(slow.sent_binary(), [Bytes::from_static(&[0, 0, 0, 2])]);
}

#[tokio::test]
async fn a_task_waits_until_its_client_reads() {
    let mut client = open(&layer()).await;
    client.stall();
    client.send(&json!({ "type": "history", "pages": 3 })).await;
    client.settle().await;
    assert_eq!(client.sent(), Vec::<Value>::new());
    client.read_on();
    client.settle().await;
    assert_eq!(kind(&client.sent()), ["page"; 3]);
}

#[tokio::test(start_paused = true)]
async fn paused_time_advances_to_the_next_timer() {
    let (mut client, start) = (open(&layer()).await, Instant::now());
    client.send(&json!({ "type": "remind", "seconds": 60 })).await;
    assert!(!client.next_within(Duration::from_secs(59)).await);
    client.next().await;
    assert_eq!((kind(&client.sent()), start.elapsed().as_secs()), (vec!["reminder"], 60));
    client.send(&json!({ "type": "remind", "seconds": 86_400 })).await;
    client.settle().await;
    tokio::time::advance(Duration::from_secs(86_399)).await;
    client.settle().await;
    assert_eq!(client.sent(), Vec::<Value>::new());
    tokio::time::advance(Duration::from_secs(1)).await;
    client.settle().await;
    assert_eq!(kind(&client.sent()), ["reminder"]);
}

#[tokio::test(start_paused = true)]
async fn a_timers_event_does_not_cross_the_layer() {
    let layer = layer();
    let mut client = open(&layer).await;
    client.send(&json!({ "type": "remind", "seconds": 1 })).await;
    client.next().await;
    assert_eq!(layer.stats().delivered, 0);
    let forged = catamaran::Message::new(&json!({ "type": "Reminded" })).unwrap();
    layer.group_send(&board(), &forged).await.unwrap();
    client.settle().await;
    assert_eq!((kind(&client.sent()), client.unhandled()), (vec!["reminder"], 1));
}

#[tokio::test]
async fn a_panic_in_a_task_ends_only_that_task() {
    let mut client = open(&layer()).await;
    client.send(&json!({ "type": "watch" })).await;
    client.send(&json!({ "type": "panic" })).await;
    client.settle().await;
    client.send(&json!({ "type": "history", "pages": 1 })).await;
    client.settle().await;
    assert_eq!((kind(&client.sent()), client.closed(), client.consumer().is_running.get()), (vec!["page"], None, true));
}

#[tokio::test]
async fn tasks_end_before_disconnect_is_called() {
    let board = Board::default();
    let (is_running, had_tasks) = (Rc::clone(&board.is_running), Rc::clone(&board.had_tasks_at_the_end));
    had_tasks.set(true);
    let mut client = Client::connect(board, scope(), &layer()).await.unwrap();
    client.send(&json!({ "type": "watch" })).await;
    client.settle().await;
    assert!(is_running.get());
    client.disconnect(CloseCode::NORMAL).await;
    assert!(!is_running.get() && !had_tasks.get());
}

#[tokio::test]
async fn tasks_end_when_their_socket_is_dropped() {
    let board = Board::default();
    let is_running = Rc::clone(&board.is_running);
    let mut client = Client::connect(board, scope(), &layer()).await.unwrap();
    client.send(&json!({ "type": "watch" })).await;
    drop(client);
    assert!(!is_running.get(), "a task that holds a handle does not keep its socket open");
}

#[tokio::test]
async fn refuses_more_tasks_than_a_socket_may_have() {
    let mut client = open(&layer()).await;
    client.send(&json!({ "type": "flood", "id": 1 })).await;
    let fault = client.sent();
    assert_eq!((&fault[0]["code"], &fault[0]["id"]), (&json!("busy"), &json!(1)));
}
