//! From the environment to a running process: pages, sockets, or both.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use actix_web::{App, web::Data};
use catamaran_boot::{Settings, settings::LayerKind, settings::Reader, settings::read_env};
use catamaran_bounded_server::BoundedServer;
use catamaran_presence::{MemoryLeases, Presence, RedisLeases};
use catamaran_sockets::{Program, Role, Server, SocketFlags, TierLimits};
use clap::Parser;
use tokio_util::sync::CancellationToken;

use crate::{consumer::Board, members::Members, pages, pages::Pages, store::Store, token::TokenKey};

/// A live board of cards.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    sockets: SocketFlags,
}

/// The board's own settings.
struct Own {
    key: Option<TokenKey>,
    database: PathBuf,
    sockets: String,
}

impl Own {
    fn read(reader: &mut Reader<'_>) -> Self {
        let key = reader.parse_secret("BOARD_KEY", TokenKey::parse);
        let database = reader.parse("BOARD_DATABASE", |path| Ok(PathBuf::from(path)));
        let sockets = reader.parse("BOARD_SOCKETS", |address| Ok(address.to_owned())).unwrap_or_default();
        Self { key, database: database.unwrap_or_else(|| "board.sqlite3".into()), sockets }
    }
}

/// The whole `main` of each program.
pub fn main(program: Program) -> ExitCode {
    let run = |args| actix_web::rt::System::new().block_on(serve(program, args));
    catamaran_boot::parse_command_line(program).map_or_else(|code| code, |args| catamaran_boot::exit_code(program, &run(args)))
}

async fn serve(program: Program, args: Args) -> anyhow::Result<()> {
    let flags = args.sockets.settings();
    let read = |env: &mut Reader<'_>| (Settings::read(env, program, &flags), TierLimits::read(env), Own::read(env));
    let (settings, limits, own) = read_env(read)?;
    let key = own.key.ok_or_else(|| anyhow::anyhow!("BOARD_KEY is not set: openssl rand -hex 32 makes one"))?;
    let listener = settings.listen.bind()?;
    let layer = catamaran_boot::start_layer(&settings).await?;
    let members = Members { key, store: Store::open(&own.database)? };
    let stop = CancellationToken::new();
    catamaran_boot::stop_on_signals(stop.clone())?;
    log::info!("{} listens on {listener}", program.name);
    let pages = Data::new(Pages { members: members.clone(), layer: layer.clone(), sockets: own.sockets });
    if program.role == Role::Pages {
        let application = move || App::new().configure(pages::configure(pages.clone()));
        let server = BoundedServer::new(application).workers(settings.workers);
        server.stop_after(stop.cancelled_owned(), Duration::from_secs(8)).run(listener).await?;
    } else {
        let presence = match settings.channels.layer {
            LayerKind::Memory => Presence::new(layer.clone(), MemoryLeases::new()),
            _ => Presence::new(layer.clone(), RedisLeases::new(&settings.channels.redis.hosts()?, &settings.channels.prefix)),
        };
        let keeper = presence.start().await;
        let (mut limits, store) = (args.sockets.limits(limits), members.store.clone());
        // A page sends 30 cursors a second, beside commands; a member may have two pages at work.
        limits.address.frames_per_user = limits.address.frames_per_user.max(80);
        let quick = limits.socket.with(|limits| (limits.frames_per_second, limits.frames_burst) = (40, 120));
        let server = Server::authenticated(settings, layer.clone(), members).limits(limits).stop(stop);
        let server = server.consumer_within("/ws/boards/{board}/", quick, move |_| Board::new(store.clone(), presence.clone()));
        let server = server.sockets();
        if program.role == Role::Both {
            let tier = server.tier.clone();
            let both = move || App::new().configure(server.configure()).configure(pages::configure(pages.clone()));
            catamaran_sockets::server(&tier, both).run(listener).await?;
        } else {
            server.run(listener).await?;
        }
        keeper.close().await;
    }
    catamaran_boot::leave(&*layer).await;
    Ok(())
}
