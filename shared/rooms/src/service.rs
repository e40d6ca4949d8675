//! All operations on rooms, for both servers: load, apply, save, announce.

use std::{sync::Arc, time::Duration};

use accounts::UserRef;
use catamaran::{Announcer, ChannelLayer};
use store::{
    Join, Member, Message, MessageBody, Page, RoomCode, RoomId, RoomName, RoomSummary, Store, StoreError, Timestamp, User, UserId,
};
use uuid::Uuid;

use crate::{
    RoomsError,
    changes::Changes,
    error::{DEFAULT_CAPACITY, MAX_CAPACITY, MIN_CAPACITY},
    fair::Fair,
    groups,
    room_ids::RoomIds,
    wire::{self, LobbyEvent, RoomEvent},
};

/// The maximum number of rooms in a list.
pub const LISTED_ROOMS: u32 = 100;
/// The maximum size of the messages in one page, in bytes; a single message always fits.
const PAGE_BYTES: usize = 256 * 1024;
/// The size of a message without its text, in bytes.
const ENVELOPE_BYTES: usize = 256;
/// The number of attempts to find a free code. With 900 million codes even two are rare.
const CODE_ATTEMPTS: usize = 8;

/// All operations on rooms.
#[derive(Clone)]
pub struct Rooms {
    pub(crate) store: Store,
    announcer: Announcer,
    fair: Arc<Fair>,
    pub(crate) changes: Changes,
    ids: RoomIds,
}

/// A room with its members.
#[derive(Debug, Clone)]
pub struct RoomView {
    /// The room.
    pub room: RoomSummary,
    /// Its members.
    pub members: Vec<Member>,
}

/// A stored message.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The message.
    pub message: Message,
    /// The message was stored before, under the same `client_id`.
    pub duplicate: bool,
    /// Whether the layer accepted the announcement. If not, the others fetch the message when the layer is back; the caller must tell the
    /// sender.
    pub announced: bool,
}

impl Rooms {
    /// Rooms in this database, announced over this layer.
    pub fn new(store: Store, layer: Arc<dyn ChannelLayer>) -> Self {
        Self {
            store,
            announcer: Announcer::new(layer),
            fair: Arc::default(),
            changes: Changes::default(),
            ids: RoomIds::default(),
        }
    }

    /// Sets the shortest time between two queries for the list of rooms; default 100 ms. Changes within it share one query.
    #[must_use]
    pub fn list_window(self, window: Duration) -> Self {
        Self { changes: Changes::with_window(window), ..self }
    }

    /// Creates a room with `owner` as its first member. `random_code` is called again if a code is taken.
    ///
    /// # Errors
    /// [`RoomsError`]: the capacity, or the database.
    pub async fn create(
        &self,
        owner: &User,
        name: &RoomName,
        capacity: Option<u16>,
        mut random_code: impl FnMut() -> RoomCode,
        now: Timestamp,
    ) -> Result<RoomSummary, RoomsError> {
        let capacity = capacity.unwrap_or(DEFAULT_CAPACITY);
        if !(MIN_CAPACITY..=MAX_CAPACITY).contains(&capacity) {
            return Err(RoomsError::Capacity(capacity));
        }
        let mut attempts = 0;
        let room = loop {
            match self.store.create_room(owner.id, name, capacity, random_code(), now).await {
                Err(StoreError::Conflict(_)) if attempts < CODE_ATTEMPTS => attempts += 1,
                outcome => break outcome?,
            }
        };
        self.announce_to_lobby(&room).await;
        Ok(room)
    }

    /// The rooms, newest activity first.
    ///
    /// # Errors
    /// The database.
    pub async fn list(&self) -> Result<Vec<RoomSummary>, RoomsError> {
        Ok(self.store.list_rooms(LISTED_ROOMS).await?)
    }

    /// One room.
    ///
    /// # Errors
    /// No such room, or the database.
    pub async fn room(&self, code: &RoomCode) -> Result<RoomSummary, RoomsError> {
        self.store.room_by_code(code).await?.ok_or(RoomsError::NotFound)
    }

    /// A room with its members.
    ///
    /// # Errors
    /// No such room, or the database.
    pub async fn view(&self, code: &RoomCode) -> Result<RoomView, RoomsError> {
        let count = self.changes.count();
        let (room, members) = self.store.room_with_members(code).await?.ok_or(RoomsError::NotFound)?;
        let view = RoomView { room, members };
        self.view_was_read(&view, count).await;
        Ok(view)
    }

    /// A room's id; one query for each room and process.
    ///
    /// # Errors
    /// No such room, or the database.
    pub async fn id_of(&self, code: &RoomCode) -> Result<RoomId, RoomsError> {
        if let Some(room) = self.ids.get(code) {
            return Ok(room);
        }
        let room = self.room(code).await?.id;
        self.ids.put(code, room);
        Ok(room)
    }

    /// Makes `user` a member, unless they are one already.
    ///
    /// # Errors
    /// No such room, the room is full, or the database.
    pub async fn join(&self, code: &RoomCode, user: &User, now: Timestamp) -> Result<RoomView, RoomsError> {
        let room = self.room(code).await?;
        match self.store.join(room.id, user.id, now).await? {
            Join::Full => return Err(RoomsError::Full { name: room.name.to_string(), capacity: room.capacity }),
            Join::Already => {}
            Join::New(member) => {
                let event = RoomEvent::Joined { member: wire::Member::from(&member) };
                self.announce_to_room(room.id, &event).await;
                self.room_changed(room.id).await;
            }
        }
        self.view(code).await
    }

    /// Ends a membership, if there is one.
    ///
    /// # Errors
    /// No such room, or the database.
    pub async fn leave(&self, code: &RoomCode, user: &User) -> Result<(), RoomsError> {
        let room = self.room(code).await?;
        if self.store.leave(room.id, user.id).await? {
            let event = RoomEvent::Left { user_id: user.id.to_string() };
            self.announce_to_room(room.id, &event).await;
            self.room_changed(room.id).await;
        }
        Ok(())
    }

    /// Whether `user` is a member.
    ///
    /// # Errors
    /// The database.
    pub async fn is_member(&self, room: RoomId, user: UserId) -> Result<bool, RoomsError> {
        Ok(self.store.is_member(room, user).await?)
    }

    /// Returns a page of messages, oldest first, and whether there are more; for members only. A page has at most `limit` messages and
    /// 256 KiB.
    ///
    /// # Errors
    /// Not a member, no such room, or the database.
    pub async fn messages(
        &self,
        code: &RoomCode,
        user: &User,
        page: Page,
        limit: u32,
    ) -> Result<(Vec<Message>, bool), RoomsError> {
        let room = self.room(code).await?;
        if !self.store.is_member(room.id, user.id).await? {
            return Err(RoomsError::NotAMember);
        }
        let (mut messages, more) = self.store.messages(room.id, page, limit).await?;
        let is_cut = truncate_page(&mut messages, page);
        Ok((messages, more || is_cut))
    }

    /// Adds a message. A repeated `client_id` is stored once but announced again, since the first announcement may have been lost.
    ///
    /// # Errors
    /// Not a member, too fast, no such room, or the database.
    pub async fn post(
        &self,
        code: &RoomCode,
        user: UserId,
        body: &MessageBody,
        client_id: Option<Uuid>,
        now: Timestamp,
    ) -> Result<Posted, RoomsError> {
        let room = self.room(code).await?;
        self.post_to(room.id, user, body, client_id, now).await
    }

    /// As [`post`](Self::post), by the room's id.
    ///
    /// # Errors
    /// Not a member, too fast, or the database.
    pub async fn post_to(
        &self,
        room: RoomId,
        user: UserId,
        body: &MessageBody,
        client_id: Option<Uuid>,
        now: Timestamp,
    ) -> Result<Posted, RoomsError> {
        self.fair.messages.take((user, room), now)?;
        let store::Posted { message, duplicate } =
            self.store.append(room, user, body, client_id, now).await?.ok_or(RoomsError::NotAMember)?;
        let event = RoomEvent::Message { message: wire::Message::from(&message) };
        let announced = self.announce_to_room(room, &event).await;
        Ok(Posted { message, duplicate, announced })
    }

    /// Announces that `user` types or has stopped. Not stored. Notices beyond the rate are dropped, since pages expire them.
    pub async fn typing(&self, room: RoomId, user: UserId, on: bool, now: Timestamp) {
        if self.fair.typing.take((user, room), now).is_err() {
            return;
        }
        self.announce_to_room(room, &RoomEvent::Typing { user_id: user.to_string(), on }).await;
    }

    /// Announces a new nickname to the user's rooms. An error is only logged, since pages also read it from their next state.
    pub async fn renamed(&self, user: &User) {
        let rooms = match self.store.rooms_of(user.id).await {
            Ok(rooms) => rooms,
            Err(fault) => return log::warn!("the rooms of user {} did not get a new nickname: {fault}", user.id),
        };
        let event = RoomEvent::Renamed { user: UserRef::from(user) };
        for (room, _) in rooms {
            self.announce_to_room(room, &event).await;
        }
    }

    pub(crate) async fn announce_presence(&self, room: RoomId, user: UserId, online: bool) {
        let event = RoomEvent::Presence { user_id: user.to_string(), online };
        self.announce_to_room(room, &event).await;
    }

    /// Announces the room's state to the list of rooms. An error is only logged, since it affects the list alone.
    async fn room_changed(&self, room: RoomId) {
        match self.store.room_by_id(room).await {
            Ok(Some(room)) => self.announce_to_lobby(&room).await,
            Ok(None) => {}
            Err(fault) => log::warn!("a change of room {room} was not announced to the list of rooms: {fault}"),
        }
    }

    async fn announce_to_room(&self, room: RoomId, event: &RoomEvent) -> bool {
        self.announcer.announce(&groups::room(room), event, &RoomEvent::Resync).await
    }

    pub(crate) async fn announce_to_lobby(&self, room: &RoomSummary) {
        let event = LobbyEvent::Room { room: wire::RoomSummary::from(room) };
        self.announcer.announce(&groups::lobby(), &event, &LobbyEvent::Resync).await;
    }
}

/// Truncates a page to its maximum size, at the end farthest from where it begins. Returns whether messages were left out.
fn truncate_page(messages: &mut Vec<Message>, page: Page) -> bool {
    let mut used = 0;
    let mut fits = |message: &Message| {
        used += message.body.as_str().len() + ENVELOPE_BYTES;
        used <= PAGE_BYTES
    };
    let count = match page {
        Page::After(_) => messages.iter().take_while(|message| fits(message)).count(),
        Page::Newest | Page::Before(_) => messages.iter().rev().take_while(|message| fits(message)).count(),
    };
    let left_out = messages.len() - count;
    match page {
        Page::After(_) => messages.truncate(count),
        Page::Newest | Page::Before(_) => drop(messages.drain(..left_out)),
    }
    left_out > 0
}
