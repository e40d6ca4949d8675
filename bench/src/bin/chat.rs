//! The tutorial's chat (`shared/sockets/examples/chat.rs`) for users who have signed in: as in ws-server, each handshake looks its session
//! up in a database.
//!
//! With `PAGES` in the environment, the process serves http-server's pages too. `TOKENS` names a file for the users' session tokens, one a
//! line.

use accounts::{Accounts, SocketTokens};
use std::{process::ExitCode, sync::Arc};

use actix_web::{App, web};
use anyhow::Context as _;
use application::{Clock, Parts, Settings, WS_SERVER};
use catamaran_boot::{Listener, settings::read_env};
use catamaran_sockets::{
    Authenticate, AuthenticateError, Handshake, Key, Server, ServerLimits, SignedIn, SocketFlags, Sockets, Unhealthy,
};
use clap::Parser;
use http_server::{AppState, Options};
use store::{Nickname, SessionToken};
use ws_server::StoredSessions;

#[path = "../../../shared/sockets/examples/chat.rs"]
#[expect(dead_code, reason = "its main is the example's")]
mod example;

/// The number of users without `USERS` in the environment.
const USERS: usize = 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// The tutorial's chat, to be measured.
#[derive(Debug, Parser)]
struct Args {
    #[command(flatten)]
    sockets: SocketFlags,
}

/// Authenticates by the stored session. The chat does not need to know the user.
struct AnyUser(StoredSessions);

impl Authenticate for AnyUser {
    type User = ();
    type Error = AuthenticateError;

    async fn authenticate(&self, handshake: &Handshake<'_>) -> Result<Option<SignedIn<()>>, AuthenticateError> {
        let found = self.0.authenticate(handshake).await?;
        Ok(found.map(|it| it.map(drop)))
    }

    async fn live(&self, sessions: &[Key]) -> Result<Vec<Key>, AuthenticateError> {
        self.0.live(sessions).await
    }

    async fn check(&self) -> Result<(), Unhealthy> {
        self.0.check().await
    }
}

#[actix_web::main]
async fn main() -> ExitCode {
    match catamaran_boot::parse_command_line(WS_SERVER) {
        Ok(args) => catamaran_boot::exit_code(WS_SERVER, &serve(args).await),
        Err(code) => code,
    }
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let (settings, limits) =
        read_env(|reader| (Settings::read(reader, WS_SERVER, &args.sockets.settings()), ServerLimits::read(reader)))?;
    let Some(parts) = application::start_or_stop(settings).await? else { return Ok(()) };
    let clock = Clock::system();
    sign_in(&parts, &clock).await?;
    // The tokens are written before the port is open: the benchmark waits for the port.
    let listener = parts.settings.server.listen.bind()?;
    let accounts = Accounts::new(parts.store.clone(), Arc::clone(&parts.layer), Arc::clone(&parts.token_key));
    let tokens = SocketTokens::new(parts.store.clone(), Arc::clone(&parts.socket_token_keys));
    let users = AnyUser(StoredSessions::new(accounts, tokens, clock));
    // One publisher sends more than a user's limit.
    let mut limits = args.sockets.limits(limits);
    (limits.socket.frames_per_second, limits.socket.frames_burst) = (u32::MAX, u32::MAX);
    let sockets = Server::authenticated(parts.settings.server.clone(), Arc::clone(&parts.layer), users)
        .limits(limits)
        .stop(parts.stop.clone())
        .consumer("/ws/chat/{room}/", |_| example::Chat::default())
        .sockets();
    if std::env::var_os("PAGES").is_some() {
        with_pages(listener, sockets, &parts).await?;
    } else {
        sockets.run(listener).await?;
    }
    parts.close().await;
    Ok(())
}

/// Pages and sockets in one process, as in runserver.
async fn with_pages(listener: Listener, sockets: Sockets, parts: &Parts) -> anyhow::Result<()> {
    let state = web::Data::new(AppState::new(parts, Options::default()));
    let shared = sockets.state.clone();
    let application = move || App::new().configure(sockets.configure()).configure(http_server::configure(state.clone()));
    catamaran_sockets::server(&shared, &listener, application).run(listener).await?;
    Ok(())
}

/// Creates users with sessions, and writes their tokens to the file.
async fn sign_in(parts: &Parts, clock: &Clock) -> anyhow::Result<()> {
    let file = std::env::var_os("TOKENS").context("TOKENS is not set: it must name a file for the session tokens")?;
    let now = clock.now();
    let mut tokens = String::new();
    let users = std::env::var("USERS")
        .ok()
        .map_or(Ok(USERS), |users| users.parse())
        .context("USERS is not a number: it is how many users to create")?;
    for number in 0..users {
        let user = parts.store.create_user(&Nickname::parse(&format!("Person {number}"))?, now).await?;
        let token = SessionToken::generate();
        parts.store.create_session(user.id, &token.hash(&parts.token_key), now, now + DAY_MS).await?;
        tokens.push_str(&token.encode());
        tokens.push('\n');
    }
    std::fs::write(file, tokens)?;
    Ok(())
}
