//! Rooms as both servers use them: load, apply, save, announce.

use std::sync::Arc;

use accounts::UserRef;
use catamaran::{Announcer, ChannelLayer};
use store::{
    Join, Member, Message, MessageBody, Page, RoomCode, RoomId, RoomName, RoomSummary, Store, StoreError, Timestamp, User, UserId,
};
use uuid::Uuid;

use crate::{
    RoomsError,
    error::{DEFAULT_CAPACITY, MAX_CAPACITY, MIN_CAPACITY},
    fair::Fair,
    groups,
    wire::{self, LobbyEvent, RoomEvent},
};

/// How many rooms a list has at most.
pub const LISTED_ROOMS: u32 = 100;
/// How many bytes the messages of one page have at most; a single message always fits.
const PAGE_BYTES: usize = 256 * 1024;
/// The size of a message without its text, in bytes.
const ENVELOPE_BYTES: usize = 256;
/// How often a new room tries another code where one is taken: of 900 million codes, twice is already rare.
const CODE_ATTEMPTS: usize = 8;

/// Everything that can be done with rooms.
#[derive(Clone)]
pub struct Rooms {
    store: Store,
    announcer: Announcer,
    fair: Arc<Fair>,
}

/// A room and its people.
#[derive(Debug, Clone)]
pub struct RoomView {
    /// The room.
    pub room: RoomSummary,
    /// Its members.
    pub members: Vec<Member>,
}

/// Something that was said, and whether others were told.
#[derive(Debug, Clone)]
pub struct Posted {
    /// As it is stored.
    pub message: Message,
    /// It was stored before, under the same `client_id`.
    pub duplicate: bool,
    /// The layer took the announcement. Where not, the others will fetch it when the layer is back; tell the sender yourself.
    pub announced: bool,
}

impl Rooms {
    /// Rooms in that database, announced over that layer.
    pub fn new(store: Store, layer: Arc<dyn ChannelLayer>) -> Self {
        Self { store, announcer: Announcer::new(layer), fair: Arc::default() }
    }

    /// Makes a room; `owner` is its first member. `random_code` is asked again where a code is taken.
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
        self.tell_lobby(&room).await;
        Ok(room)
    }

    /// The rooms with the newest activity first.
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

    /// One room and its people.
    ///
    /// # Errors
    /// No such room, or the database.
    pub async fn view(&self, code: &RoomCode) -> Result<RoomView, RoomsError> {
        let room = self.room(code).await?;
        let members = self.store.members(room.id).await?;
        Ok(RoomView { room, members })
    }

    /// One room, for members only.
    ///
    /// # Errors
    /// Not a member, no such room, or the database.
    pub async fn room_as(&self, user: UserId, code: &RoomCode) -> Result<RoomSummary, RoomsError> {
        let room = self.room(code).await?;
        if self.store.is_member(room.id, user).await? { Ok(room) } else { Err(RoomsError::NotAMember) }
    }

    /// Makes `user` a member; being one already is no error.
    ///
    /// # Errors
    /// No such room, no room in it, or the database.
    pub async fn join(&self, code: &RoomCode, user: &User, now: Timestamp) -> Result<RoomView, RoomsError> {
        let room = self.room(code).await?;
        match self.store.join(room.id, user.id, now).await? {
            Join::Full => return Err(RoomsError::Full { name: room.name.to_string(), capacity: room.capacity }),
            Join::Already => {}
            Join::New(member) => {
                let event = RoomEvent::Joined { member: wire::Member::from(&member) };
                self.tell_room(room.id, &event).await;
                self.room_changed(room.id).await;
            }
        }
        self.view(code).await
    }

    /// Ends `user`'s membership; not being a member is no error.
    ///
    /// # Errors
    /// No such room, or the database.
    pub async fn leave(&self, code: &RoomCode, user: &User) -> Result<(), RoomsError> {
        let room = self.room(code).await?;
        if self.store.leave(room.id, user.id).await? {
            let event = RoomEvent::Left { user_id: user.id.to_string() };
            self.tell_room(room.id, &event).await;
            self.room_changed(room.id).await;
        }
        Ok(())
    }

    /// Is `user` a member?
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
        let is_cut = cut(&mut messages, page);
        Ok((messages, more || is_cut))
    }

    /// Says something. The same `client_id` again is stored once and announced again: the first time may not have been heard.
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

    /// As [`post`](Self::post), for who knows the room's id.
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
        let announced = self.tell_room(room, &event).await;
        Ok(Posted { message, duplicate, announced })
    }

    /// Tells the others that `user` types, or has stopped. Not saved; what exceeds the rate is left out, since pages forget it by themselves.
    pub async fn typing(&self, room: RoomId, user: UserId, on: bool, now: Timestamp) {
        if self.fair.typing.take((user, room), now).is_err() {
            return;
        }
        self.tell_room(room, &RoomEvent::Typing { user_id: user.to_string(), on }).await;
    }

    /// Announces a user's new nickname to the user's rooms. Pages read it from their next state in any case: a fault is logged.
    pub async fn renamed(&self, user: &User) {
        let rooms = match self.store.rooms_of(user.id).await {
            Ok(rooms) => rooms,
            Err(fault) => return log::warn!("the rooms of user {} did not get a new nickname: {fault}", user.id),
        };
        let event = RoomEvent::Renamed { user: UserRef::from(user) };
        for (room, _) in rooms {
            self.tell_room(room, &event).await;
        }
    }

    pub(crate) async fn presence_changed(&self, room: RoomId, user: UserId, online: bool) {
        let event = RoomEvent::Presence { user_id: user.to_string(), online };
        self.tell_room(room, &event).await;
        self.room_changed(room).await;
    }

    /// Tells the lobby how the room is now. What is shown there is only a list: a fault is logged, not returned.
    async fn room_changed(&self, room: RoomId) {
        match self.store.room_by_id(room).await {
            Ok(Some(room)) => self.tell_lobby(&room).await,
            Ok(None) => {}
            Err(fault) => log::warn!("the lobby did not hear of a change in room {room}: {fault}"),
        }
    }

    async fn tell_room(&self, room: RoomId, event: &RoomEvent) -> bool {
        self.announcer.announce(&groups::room(room), event, &RoomEvent::Resync).await
    }

    async fn tell_lobby(&self, room: &RoomSummary) {
        let event = LobbyEvent::Room { room: wire::RoomSummary::from(room) };
        self.announcer.announce(&groups::lobby(), &event, &LobbyEvent::Resync).await;
    }
}

/// Keeps a page within its bytes: leaves out the messages that are farthest from where the page begins. True where it left some out.
fn cut(messages: &mut Vec<Message>, page: Page) -> bool {
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
