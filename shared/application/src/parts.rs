//! Builds the parts of a server from its settings.

use std::{net::IpAddr, sync::Arc, time::Duration};

use anyhow::bail;
use catamaran::ChannelLayer;
use catamaran_boot::{Listen, Program, Role, leave, open_layer_by, prepare, settings::LayerKind, stop_on_signals};
use catamaran_socket_token::TokenKeys;
use store::{Store, StoreError, TokenKey};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::{Clock, Fleet, Settings, timekeeper};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// The parts of a server. Cheap to clone; clones share them.
#[derive(Clone)]
pub struct Parts {
    /// The program.
    pub program: Program,
    /// Settings from the environment.
    pub settings: Arc<Settings>,
    /// The database, with this program's tables.
    pub store: Store,
    /// The time; the database's, if it has a clock.
    pub clock: Clock,
    /// The channel layer.
    pub layer: Arc<dyn ChannelLayer>,
    /// This process among the others.
    pub fleet: Fleet,
    /// Keys the hashes of session tokens.
    pub token_key: Arc<TokenKey>,
    /// Sign socket tokens.
    pub socket_token_keys: Arc<TokenKeys>,
    /// Cancelled when the process must stop.
    pub stop: CancellationToken,
}

impl Parts {
    /// Leaves the layer's groups and closes the database connections, at the end of a process.
    pub async fn close(&self) {
        self.fleet.leave();
        leave(&*self.layer).await;
        self.store.close().await;
    }
}

/// Only migrates the database, even with `DATABASE_MIGRATE=false`.
///
/// # Errors
/// As [`start`].
pub async fn migrate(settings: Settings) -> anyhow::Result<()> {
    let settings = Settings { migrates: true, ..settings };
    let stop = CancellationToken::new();
    stop_on_signals(stop.clone())?;
    prepare(&settings.server);
    let Some(store) = unless_stopped(&stop, open_database(&settings)).await else {
        bail!("the database is not up to date");
    };
    let store = store?;
    log::info!("database: {} is up to date", settings.database);
    store.close().await;
    Ok(())
}

/// Starts the log, waits for the database (`START_TIMEOUT`), migrates or checks it, takes its time, and makes the channel layer.
///
/// Redis out of reach does not stop the start: the layer keeps trying, and one line in the log says so.
///
/// # Errors
/// The database does not answer in time, or fails permanently.
pub async fn start(settings: Settings) -> anyhow::Result<Parts> {
    start_with(settings, CancellationToken::new()).await
}

/// As [`start`], with the handlers of [`stop_on_signals`] installed first: as PID 1 a process without them cannot be stopped while it
/// waits for the database. None where a signal has stopped it meanwhile.
///
/// # Errors
/// As [`start`]; the operating system refuses the handlers.
pub async fn start_or_stop(settings: Settings) -> anyhow::Result<Option<Parts>> {
    let stop = CancellationToken::new();
    stop_on_signals(stop.clone())?;
    unless_stopped(&stop, start_with(settings, stop.clone())).await.transpose()
}

async fn unless_stopped<T>(stop: &CancellationToken, started: impl Future<Output = T>) -> Option<T> {
    let outcome = stop.run_until_cancelled(started).await;
    if outcome.is_none() {
        log::info!("stopped before the start was complete");
    }
    outcome
}

async fn start_with(settings: Settings, stop: CancellationToken) -> anyhow::Result<Parts> {
    prepare(&settings.server);
    let program = settings.server.program;
    if settings.secret_key.is_development() {
        log::warn!("SECRET_KEY is unset: the development key is used, which is public{}", exposure(&settings.server.listen));
    }
    let store = open_database(&settings).await?;
    log::info!("database: {}", settings.database);
    if !settings.database.is_sqlite() {
        log::info!(
            "connections of this process: at most {} to the database (DATABASE_POOL_SIZE), {}",
            settings.database_pool,
            match settings.server.channels.layer {
                LayerKind::Memory => "none to Redis",
                _ => "2 to each Redis host",
            }
        );
    }
    let clock = timekeeper::follow(&store, stop.clone()).await;
    let layer = open_layer_by(&settings.server.channels, clock.of_layer()).await?;
    let token_key = Arc::new(TokenKey::new(settings.secret_key.as_bytes()));
    let socket_token_keys = Arc::new(TokenKeys::new(settings.secret_key.as_bytes()));
    let has_pages = matches!(program.role, Role::Pages | Role::Both);
    let fleet = Fleet::join(Arc::clone(&layer), clock.clone(), has_pages);
    Ok(Parts { program, settings: Arc::new(settings), store, clock, layer, fleet, token_key, socket_token_keys, stop })
}

/// The end of the warning about the public key: flags and socket units open addresses that `PORT` alone does not.
fn exposure(listen: &Listen) -> String {
    let host = match listen {
        Listen::Tcp { host, .. } => host,
        other => return format!("; set SECRET_KEY before others can reach {other}"),
    };
    let ip = host.parse::<IpAddr>().ok();
    if ip.is_some_and(|ip| ip.is_unspecified()) {
        return format!(
            ", and {listen} opens every address of this machine: whoever reaches it can sign in as any user. Set SECRET_KEY"
        );
    }
    if host == "localhost" || ip.is_some_and(|ip| ip.is_loopback()) {
        return ", and PORT opens this machine's own address alone; set SECRET_KEY before others can reach this server"
            .to_owned();
    }
    format!(", and {listen} may be open to others: whoever reaches it can sign in as any user. Set SECRET_KEY")
}

async fn open_database(settings: &Settings) -> anyhow::Result<Store> {
    let deadline = Instant::now() + settings.start_timeout;
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match connect(settings).await {
            Ok(store) => return Ok(store),
            Err(error) => error,
        };
        let left = deadline.saturating_duration_since(Instant::now());
        let passes = matches!(error, StoreError::Unavailable(..));
        if !passes || left <= pause {
            let limit = if passes { " within START_TIMEOUT" } else { "" };
            // The error's text already has its causes; as a source they would be printed twice.
            bail!("the database {} cannot be used{limit}: {error}; check DATABASE_URL", settings.database);
        }
        let left = left.as_secs();
        log::warn!("the database is not ready, trying again in {pause:?}, for at most {left} s (START_TIMEOUT): {error}");
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn connect(settings: &Settings) -> Result<Store, StoreError> {
    let store = Store::connect_with(&settings.database, settings.database_pool).await?;
    if settings.migrates {
        store.migrate().await?;
    } else {
        store.check_schema().await?;
    }
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_signal_ends_the_wait_for_the_database() {
        let stop = CancellationToken::new();
        stop.cancel();
        assert_eq!(unless_stopped(&stop, std::future::pending::<()>()).await, None);
        assert_eq!(unless_stopped(&CancellationToken::new(), async { 1 }).await, Some(1));
    }

    #[test]
    fn the_warning_about_the_public_key_says_what_is_open() {
        let said = |host: &str| exposure(&Listen::Tcp { host: host.to_owned(), port: 1 });
        for host in ["0.0.0.0", "::"] {
            assert!(said(host).contains("opens every address") && said(host).contains("Set SECRET_KEY"), "{host}");
        }
        for host in ["127.0.0.1", "::1", "localhost"] {
            assert!(said(host).contains("own address alone"), "{host}");
        }
        assert!(said("10.0.0.7").contains("10.0.0.7:1 may be open to others"));
        assert!(exposure(&Listen::unix("/run/a.sock")).contains("unix:/run/a.sock"));
    }
}
