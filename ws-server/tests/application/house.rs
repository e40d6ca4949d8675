//! Rooms for tests: a real database, a layer, users.

use std::sync::Arc;

use application::Clock;
use catamaran::{ChannelLayer, Close, InMemoryLayer, LayerConfig, Scope, testing::Client};
use catamaran_presence::Presence;
use rooms::Rooms;
use store::{DatabaseUrl, Nickname, PresenceGroup, RoomCode, RoomName, Store, User};
use tempfile::TempDir;

use ws_server::{
    Identity, SocketCount,
    consumers::{Lobby, Room},
};

pub(crate) const NOW: i64 = 1_800_000_000_000;
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

pub(crate) struct House {
    pub(crate) rooms: Rooms,
    pub(crate) layer: Arc<dyn ChannelLayer>,
    pub(crate) presence: Presence,
    store: Store,
    _folder: TempDir,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Arc::new(InMemoryLayer::new(LayerConfig::default()))).await
    }

    pub(crate) async fn with(layer: Arc<dyn ChannelLayer>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("house.sqlite3").display());
        let store = Store::connect(&DatabaseUrl::parse(&url).unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let rooms = Rooms::new(store.clone(), Arc::clone(&layer));
        let builder = Presence::builder(Arc::clone(&layer), store.leases()).now(|| NOW);
        let presence = builder.announce(PresenceGroup::ROOMS, rooms.clone()).build();
        presence.renew().await.unwrap();
        Self { rooms, layer, presence, store, _folder: folder }
    }

    /// The same rooms in another process with its own connection to Redis.
    pub(crate) fn over(&self, layer: Arc<dyn ChannelLayer>) -> Rooms {
        Rooms::new(self.store.clone(), layer)
    }

    pub(crate) async fn person(&self, name: &str) -> User {
        self.store.create_user(&Nickname::parse(name).unwrap(), NOW).await.unwrap()
    }

    /// A room whose only member is `owner`.
    pub(crate) async fn room(&self, owner: &User, seed: u8) -> RoomCode {
        let name = RoomName::parse("Harbour").unwrap();
        self.rooms.create(owner, &name, None, || RoomCode::from_random(&[seed; 6]), NOW).await.unwrap().code
    }

    pub(crate) async fn enter(&self, user: &User, code: &str) -> Result<Client<Room>, Close> {
        let scope = Self::scope(Some(user)).with_param("code", code);
        let room = Room::new(self.rooms.clone(), self.presence.clone(), Clock::new(|| NOW), SocketCount::default().add());
        Client::connect(room, scope, &self.layer).await
    }

    pub(crate) async fn lobby(&self, user: Option<&User>) -> Result<Client<Lobby>, Close> {
        Client::connect(Lobby::new(self.rooms.clone(), SocketCount::default().add()), Self::scope(user), &self.layer).await
    }

    pub(crate) fn scope(user: Option<&User>) -> Scope<Identity> {
        let identity = user.map(|user| Identity { user_id: user.id.uuid(), name: user.nickname.as_str().into() });
        let mut scope = Scope::default().with_subprotocol("catamaran.v1");
        scope.user = identity;
        scope
    }
}
