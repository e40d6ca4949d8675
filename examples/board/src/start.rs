//! From the environment to a running process: pages, sockets, or both.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use actix_web::{App, middleware::from_fn, web::Data};
use catamaran_boot::settings::{Missing, Reader, try_read_env};
use catamaran_boot::{ServerFlags, Settings, exit_code, lease_store, parse_flags};
use catamaran_bounded_server::{BoundedServer, check_host};
use catamaran_presence::Presence;
use catamaran_sockets::{Program, Role, Server, ServerLimits, SocketFlags};
use tokio_util::sync::CancellationToken;

use crate::{consumer::Board, members::Members, pages, pages::Pages, store::Store, token::TokenKey};

/// The board's own settings.
struct Own {
    key: TokenKey,
    database: PathBuf,
    sockets: String,
}

impl Own {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Missing> {
        let key = reader.parse_secret("BOARD_KEY", TokenKey::parse);
        let key = reader.required("BOARD_KEY", "at least 32 characters: openssl rand -hex 32", key);
        let database = reader.parse("BOARD_DATABASE", |path| Ok(PathBuf::from(path)));
        let sockets = reader.parse("BOARD_SOCKETS", |address| Ok(address.to_owned())).unwrap_or_default();
        Ok(Self { key: key?, database: database.unwrap_or_else(|| "board.sqlite3".into()), sockets })
    }
}

/// The whole `main` of each program.
pub fn main(program: Program) -> ExitCode {
    let about = "A live board of cards.";
    let flags = match program.role {
        Role::Pages => parse_flags::<ServerFlags>(program, about).map(SocketFlags::from),
        _ => parse_flags(program, about),
    };
    flags.map_or_else(|code| code, |flags| exit_code(program, &actix_web::rt::System::new().block_on(serve(program, flags))))
}

async fn serve(program: Program, flags: SocketFlags) -> anyhow::Result<()> {
    let read =
        |env: &mut Reader<'_>| Ok((Settings::read(env, program, &flags.settings()), ServerLimits::read(env), Own::read(env)?));
    let (settings, limits, own) = try_read_env(read)?;
    let listener = settings.listen.bind()?;
    let layer = catamaran_boot::start_layer(&settings).await?;
    let members = Members { key: own.key, store: Store::open(&own.database)? };
    let stop = CancellationToken::new();
    catamaran_boot::stop_on_signals(stop.clone())?;
    let pages = Pages { members: members.clone(), layer: layer.clone(), sockets: own.sockets };
    let pages = pages::configure(Data::new(pages), Data::new(settings.clone()));
    if program.role != Role::Sockets {
        log::info!("{} listens on {listener}", program.name); // sockets alone: `Server::run` logs it
    }
    if program.role == Role::Pages {
        let application = move || App::new().wrap(from_fn(check_host)).configure(pages.clone());
        let server = BoundedServer::new(application).workers(settings.workers);
        server.stop_after(stop.cancelled_owned(), Duration::from_secs(8)).run(listener).await?;
    } else {
        let presence = Presence::new(layer.clone(), lease_store(&settings.channels)?);
        let keeper = presence.start().await;
        let (limits, store) = (flags.limits(limits), members.store.clone());
        // A page sends 30 cursors a second, beside commands.
        let quick = limits.socket.with(|limits| (limits.frames_per_second, limits.frames_burst) = (40, 120));
        let board = move |_: &_, id| Board::new(store.clone(), presence.clone(), id);
        let server = Server::authenticated(settings, layer.clone(), members).limits(limits).stop(stop);
        let server = server.typed_consumer_within("/ws/boards/{board}/", quick, board).sockets();
        if program.role == Role::Both {
            let state = server.state.clone();
            let both = move || App::new().wrap(from_fn(check_host)).configure(server.configure()).configure(pages.clone());
            catamaran_sockets::server(&state, &listener, both).run(listener).await?;
        } else {
            server.run(listener).await?;
        }
        keeper.close().await;
    }
    catamaran_boot::leave(&*layer).await;
    Ok(())
}
