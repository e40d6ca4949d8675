//! Sign-up, sign-in and sign-out on a real database, and the orders that the workers of a socket server receive.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::sync::Arc;

use accounts::{Accounts, NewSession, SESSION_DAYS};
use catamaran::{ChannelLayer, ChannelOptions, InMemoryLayer, Incoming, LayerConfig, Receiver, SocketOrder};
use store::{DatabaseUrl, Nickname, SessionId, Store, TokenKey};
use tempfile::TempDir;

const NOW: i64 = 1_800_000_000_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

struct House {
    accounts: Accounts,
    store: Store,
    layer: Arc<dyn ChannelLayer>,
    orders: Receiver,
    _folder: TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("house.sqlite3").display());
        let store = Store::connect(&DatabaseUrl::parse(&url).unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
        let orders = layer.new_channel(ChannelOptions::default());
        layer.group_add(&SocketOrder::group(), orders.name()).await.unwrap();
        let accounts = Accounts::new(store.clone(), Arc::clone(&layer), Arc::new(TokenKey::new(b"key")));
        Self { accounts, store, layer, orders, _folder: folder }
    }

    async fn kim(&self) -> NewSession {
        self.accounts.sign_up(&named("Kim"), NOW).await.unwrap()
    }

    async fn is_in_force(&self, signed: &NewSession) -> bool {
        let found = self.accounts.find(std::slice::from_ref(&signed.token), NOW).await.unwrap();
        let live = self.accounts.live(&[signed.session.id], NOW).await.unwrap();
        assert_eq!(found.is_some(), live == [signed.session.id]);
        found.is_some()
    }

    /// The next order, as session and close code.
    async fn order(&mut self) -> (String, u16) {
        let Incoming::Delivery(delivery) = self.orders.recv().await else { panic!("a gap") };
        match delivery.message.event::<SocketOrder>().unwrap() {
            SocketOrder::Close { sessions, code, .. } => (sessions.concat(), code),
            other => panic!("{other:?}"),
        }
    }
}

fn named(name: &str) -> Nickname {
    Nickname::parse(name).unwrap()
}

fn key(session: SessionId) -> String {
    session.uuid().to_string()
}

#[tokio::test]
async fn a_new_user_is_found_by_its_token_for_thirty_days() {
    let house = House::new().await;
    let kim = house.kim().await;
    assert!(house.is_in_force(&kim).await);
    assert_eq!(kim.session.expires_at, NOW + SESSION_DAYS * DAY_MS);
    let tokens = [kim.token];
    assert_eq!(house.accounts.find(&tokens, kim.session.expires_at - 1).await.unwrap(), Some(kim.session.clone()));
    assert_eq!(house.accounts.find(&tokens, kim.session.expires_at).await.unwrap(), None);
}

#[tokio::test]
async fn finds_the_session_behind_tokens_that_have_none() {
    let house = House::new().await;
    let (kim, lee) = (house.kim().await, house.kim().await);
    house.accounts.sign_out(lee.session.id, NOW).await.unwrap();
    let found = house.accounts.find(&[lee.token.clone(), kim.token.clone()], NOW).await.unwrap();
    assert_eq!(found.unwrap().id, kim.session.id);
    let texts = ["no token", &lee.token.encode(), &kim.token.encode()].map(str::to_owned);
    let found = house.accounts.lookups().find(texts.iter().map(String::as_str), NOW).await.unwrap();
    assert_eq!(found.unwrap().id, kim.session.id);
    assert_eq!(house.accounts.lookups().find([], NOW).await.unwrap(), None);
}

#[tokio::test]
async fn a_token_is_worth_nothing_under_another_key() {
    let house = House::new().await;
    let kim = house.kim().await;
    let other = Accounts::new(house.store.clone(), Arc::clone(&house.layer), Arc::new(TokenKey::new(b"another")));
    assert_eq!(other.find(&[kim.token], NOW).await.unwrap(), None);
}

#[tokio::test]
async fn signing_in_again_renames_the_user_and_ends_all_other_sessions() {
    let mut house = House::new().await;
    let first = house.kim().await;
    let lee = house.kim().await;
    let user = first.session.user.id;
    let second = house.accounts.sign_in_again(user, &named("Admiral"), NOW).await.unwrap();
    assert_eq!(house.order().await, (key(first.session.id), 1012));
    assert_eq!((second.session.user.id, second.session.user.nickname.as_str()), (user, "Admiral"));
    let third = house.accounts.sign_in_again(user, &named("Admiral"), NOW).await.unwrap();
    assert_eq!(house.order().await, (key(second.session.id), 1012));
    let in_force = [house.is_in_force(&first).await, house.is_in_force(&second).await, house.is_in_force(&third).await];
    assert_eq!(in_force, [false, false, true]);
    assert!(house.is_in_force(&lee).await, "a session of another user stays");
}

#[tokio::test]
async fn signing_out_ends_one_session_and_closes_its_sockets() {
    let mut house = House::new().await;
    let kim = house.kim().await;
    house.accounts.sign_out(kim.session.id, NOW).await.unwrap();
    assert_eq!(house.order().await, (key(kim.session.id), 4401));
    assert!(!house.is_in_force(&kim).await);
    house.accounts.sign_out(kim.session.id, NOW).await.unwrap();
    assert_eq!(house.order().await, (key(kim.session.id), 4401), "a worker may not have heard it the first time");
}

#[tokio::test]
async fn removes_the_rows_of_ended_sessions_alone() {
    let house = House::new().await;
    let (kim, lee) = (house.kim().await, house.kim().await);
    house.accounts.sign_out(kim.session.id, NOW).await.unwrap();
    assert_eq!(house.accounts.remove_ended(NOW + 1).await.unwrap(), 1);
    assert_eq!(house.accounts.remove_ended(NOW + 1).await.unwrap(), 0);
    assert!(house.is_in_force(&lee).await);
}
