//! The tutorial's chat on our tier, as `ws-server/examples/chat.rs` has it, with people who have signed in: each handshake's session is
//! looked up in a database, as ws-server's are.
//!
//! `TOKENS` names a file for the session tokens of a thousand people, one a line.

use std::{process::ExitCode, sync::Arc};

use anyhow::Context as _;
use boot::{Clock, Parts, Process, Settings};
use clap::Parser as _;
use store::{Nickname, SessionToken};
use ws_server::{Args, Limits, Routes, Sessions, Sockets, StoredSessions, Tier};

#[path = "../../../ws-server/examples/chat.rs"]
#[expect(dead_code, reason = "its main is the example's")]
mod example;

const PEOPLE: usize = 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;

#[actix_web::main]
async fn main() -> ExitCode {
    boot::exit_code(Process::WsServer, &serve(Args::parse()).await)
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let settings: Settings = args.settings()?;
    let parts = boot::start(settings).await?;
    parts.stop_on_signals()?;
    let clock = Clock::system();
    sign_in(&parts, &clock).await?;
    // Who finds us listening finds the tokens written.
    let listener = parts.settings.listen.bind()?;
    let sessions: Arc<dyn Sessions> =
        Arc::new(StoredSessions { store: parts.store.clone(), key: Arc::clone(&parts.token_key), clock });
    // One publisher says more than a person would.
    let limits = Limits { frames_per_second: u32::MAX, frames_burst: u32::MAX, ..args.limits() };
    let tier = Tier::new(Arc::clone(&parts.settings), Arc::clone(&parts.layer), Some(sessions), limits, parts.stop.clone());
    let routes = Routes::new().consumer("/ws/chat/{room}/", |_| example::Chat::default());
    ws_server::run(listener, Sockets { tier, routes }).await?;
    parts.close().await;
    Ok(())
}

/// Signs a thousand people in and writes down their tokens.
async fn sign_in(parts: &Parts, clock: &Clock) -> anyhow::Result<()> {
    let file = std::env::var_os("TOKENS").context("TOKENS is not set: name a file for the session tokens")?;
    let now = clock.now();
    let mut tokens = String::new();
    for number in 0..PEOPLE {
        let user = parts.store.create_user(&Nickname::parse(&format!("Person {number}"))?, now).await?;
        let token = SessionToken::generate();
        parts.store.create_session(user.id, &token.hash(&parts.token_key), now, now + DAY_MS).await?;
        tokens.push_str(&token.encode());
        tokens.push('\n');
    }
    std::fs::write(file, tokens)?;
    Ok(())
}
