//! Many handshakes at once, with sessions in a database.

use std::sync::Arc;

use accounts::{Accounts, SocketTokens};
use application::Clock;
use catamaran::{ChannelLayer, InMemoryLayer, LayerConfig, SocketOrder};
use catamaran_socket_token::TokenKeys;
use catamaran_sockets::{Authenticate, AuthenticateError, Handshake, Key, Limits, SignedIn};
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{DatabaseUrl, Nickname, Session, SessionToken, Store, TokenKey};
use tempfile::TempDir;
use testbed::eventually;
use ws_server::StoredSessions;

use crate::{
    client::Client,
    probe::Who,
    server::{PATIENCE, Server},
};

const NOW: i64 = 1_800_000_000_000;

/// Stored sessions, whose users the probe knows by name.
struct Named(StoredSessions);

impl Authenticate for Named {
    type User = Who;
    type Error = AuthenticateError;

    async fn authenticate(&self, handshake: &Handshake<'_>) -> Result<Option<SignedIn<Who>>, AuthenticateError> {
        let found = self.0.authenticate(handshake).await?;
        Ok(found.map(|it| it.map(|user| Who(user.name.into()))))
    }

    fn has_cookie(&self, handshake: &Handshake<'_>) -> bool {
        self.0.has_cookie(handshake)
    }

    async fn live(&self, sessions: &[Key]) -> Result<Vec<Key>, AuthenticateError> {
        self.0.live(sessions).await
    }
}

/// Users with sessions, and a server that looks them up.
struct House {
    server: Server,
    store: Store,
    key: Arc<TokenKey>,
    _folder: TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("house.sqlite3").display());
        let store = Store::connect(&DatabaseUrl::parse(&url).unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let key = Arc::new(TokenKey::new(b"key"));
        let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
        let accounts = Accounts::new(store.clone(), Arc::clone(&layer), Arc::clone(&key));
        let tokens = SocketTokens::new(store.clone(), Arc::new(TokenKeys::new(b"key")));
        let sessions = StoredSessions::new(accounts, tokens, Clock::new(|| NOW));
        let server = Server::asking(Named(sessions), Limits::default(), layer);
        Self { server, store, key, _folder: folder }
    }

    async fn person(&self, name: &str) -> (SessionToken, Session) {
        let user = self.store.create_user(&Nickname::parse(name).unwrap(), NOW).await.unwrap();
        let token = SessionToken::generate();
        let session = self.store.create_session(user.id, &token.hash(&self.key), NOW, NOW + 1_000).await.unwrap();
        (token, session)
    }

    async fn connect(&self, name: &str, token: &SessionToken) -> Client {
        let (cookie, origin) = (format!("catamaran_session={}", token.encode()), format!("http://{}", self.server.addr));
        let mut client = Client::try_connect(&self.server, name, &[("cookie", &cookie), ("origin", &origin)]).await.unwrap();
        assert_eq!(client.json().await["hello"], name);
        client
    }
}

async fn who(client: &mut Client) -> Value {
    client.send(r#"{"type":"who"}"#).await;
    client.json().await["who"].clone()
}

#[tokio::test]
async fn each_socket_of_a_storm_gets_its_own_user() {
    let house = House::new().await;
    let mut names = Vec::new();
    let mut tokens = Vec::new();
    for number in 0..200 {
        let name = format!("Person {number}");
        // Every fifth socket has an unknown token.
        let (token, known) = match number % 5 {
            0 => (SessionToken::generate(), json!(null)),
            _ => (house.person(&name).await.0, json!(name)),
        };
        names.push((format!("p{number}"), known));
        tokens.push(token);
    }
    let mut clients = join_all(names.iter().zip(&tokens).map(|((name, _), token)| house.connect(name, token))).await;
    for (client, (_, known)) in clients.iter_mut().zip(&names) {
        assert_eq!(who(client).await, *known);
    }
}

#[tokio::test]
async fn a_session_that_ends_in_a_storm_closes_its_socket_at_once() {
    let house = House::new().await;
    let (token, session) = house.person("Ada").await;
    let (others, _) = house.person("Lee").await;
    let mut ada = house.connect("ada", &token).await;
    let mut storm = join_all((0..50).map(async |_| house.connect("lee", &others).await)).await;

    assert!(house.store.revoke_session(session.id, NOW).await.unwrap());
    let ended = SocketOrder::close_session(session.id.uuid(), catamaran_sockets::close::signed_out());
    let layer = &house.server.layer;
    let heard = async || (ended.send(&**layer).await.unwrap().reached == 2).then_some(());
    eventually(PATIENCE, heard).await;

    assert_eq!(ada.closed().await.0, 4401);
    let mut again = join_all((0..50).map(async |_| house.connect("ada", &token).await)).await;
    for client in &mut again {
        assert_eq!(who(client).await, json!(null));
    }
    assert_eq!(who(&mut storm[0]).await, json!("Lee"));
}

#[tokio::test]
async fn reads_the_cookie_by_the_names_that_the_scheme_allows() {
    let house = House::new().await;
    let (kim, eve) = (house.person("kim").await.0.encode(), house.person("eve").await.0.encode());
    let origin = format!("http://{}", house.server.addr);
    let found = async |cookie: &str, scheme: &str| {
        let cookie = cookie.replace("KIM", &kim).replace("EVE", &eve);
        let headers = [("cookie", cookie.as_str()), ("origin", origin.as_str()), ("x-forwarded-proto", scheme)];
        let mut client = Client::try_connect(&house.server, "visitor", &headers).await.unwrap();
        client.json().await;
        who(&mut client).await
    };
    for (cookie, scheme, user) in [
        ("__Host-catamaran_session=KIM", "https", json!("kim")),
        ("__Secure-catamaran_session=KIM", "https", json!("kim")),
        ("catamaran_session=EVE; __Host-catamaran_session=KIM", "https", json!("kim")),
        ("catamaran_session=EVE", "https", json!(null)),
        ("catamaran_session=EVE; __Host-catamaran_session=KIM", "http", json!("kim")),
        ("catamaran_session=KIM", "http", json!("kim")),
    ] {
        assert_eq!(found(cookie, scheme).await, user, "{cookie} over {scheme}");
    }
}
