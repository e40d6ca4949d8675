//! A page's latency while sockets are busy: what the split is for.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, anyhow};
use tokio::sync::oneshot;

use super::{FanOut, Pace, Stage};
use crate::{
    http::{HttpFigures, HttpLoad, PAGE, Seat},
    peers::{Launch, Peer},
    server::{self, Core, Server},
};

/// Pages a second: a server at rest is far from its limit.
const PAGES: f64 = 200.0;
const CONNECTIONS: usize = 16;
const SUBSCRIBERS: usize = 1000;
const WARM_UP: Duration = Duration::from_secs(1);

/// Who serves the page, and who the sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbours {
    /// http-server and the chat on ws-server's tier, each on a core.
    TwoHulls,
    /// Both in one process, as runserver has it.
    OneProcess,
    /// Django under Daphne for both.
    Daphne,
    /// gunicorn for the page and Daphne for the sockets, each on a core.
    GunicornAndDaphne,
}

/// What the sockets are sent meanwhile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Storm {
    /// So many messages a second to a thousand sockets.
    PerSecond(f64),
    /// As much as goes.
    AsMuchAsGoes,
}

impl Neighbours {
    /// In tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::TwoHulls => "http-server beside ws-server",
            Self::OneProcess => "one process, as runserver",
            Self::Daphne => "Django, Daphne alone",
            Self::GunicornAndDaphne => "Django, gunicorn beside Daphne",
        }
    }

    /// Is anything of Python's needed?
    pub fn is_django(self) -> bool {
        matches!(self, Self::Daphne | Self::GunicornAndDaphne)
    }

    fn is_split(self) -> bool {
        matches!(self, Self::TwoHulls | Self::GunicornAndDaphne)
    }

    fn sockets(self) -> Peer {
        match self {
            Self::TwoHulls | Self::OneProcess => Peer::OursPubsub,
            Self::Daphne | Self::GunicornAndDaphne => Peer::DaphneCore,
        }
    }
}

/// A page at rest and under a storm.
#[derive(Clone, Debug)]
pub struct IsolationFigures {
    /// While the sockets are open and nothing is sent.
    pub at_rest: HttpFigures,
    /// While they are sent messages.
    pub under_storm: HttpFigures,
    /// How many deliveries a second that was.
    pub deliveries: f64,
}

/// Asks for a page at a fixed rate for `time`, first at rest, then while a thousand sockets are sent messages.
///
/// # Errors
/// One of the servers does not start or does not answer.
pub async fn page_at_rest_and_under_storm(
    neighbours: Neighbours,
    storm: Storm,
    time: Duration,
) -> anyhow::Result<IsolationFigures> {
    let folder = tempfile::tempdir()?;
    let seat = Seat::prepare(folder.path()).await?;
    let core = if neighbours.is_split() { Core::Other } else { Core::Measured };
    let launch = Launch { core, ..Launch::default() };
    let mut more = Vec::new();
    if neighbours == Neighbours::OneProcess {
        more.extend(seat.variables());
        more.push(("PAGES", "true"));
    }
    let mut stage = Stage::start_as(&launch, neighbours.sockets(), SUBSCRIBERS, &more).await?;
    let (page_server, load) = page(neighbours, &seat, &stage, folder.path()).await?;
    stage.connect(stage.plan(SUBSCRIBERS, 1)).await?;
    stage.warm_up().await?;
    let at_rest = asked(load.clone(), time).await.context("nobody asks")??;

    let pace = match storm {
        Storm::PerSecond(rate) => Pace::PerSecond(rate),
        Storm::AsMuchAsGoes => Pace::InFlight(4),
    };
    let asking = asked(load, time);
    let storm = FanOut { pace, warm_up: Duration::ZERO, time: time + WARM_UP };
    let (under_storm, fanned) = tokio::join!(asking, storm.run(&mut stage));
    drop(page_server);
    Ok(IsolationFigures { at_rest, under_storm: under_storm.context("nobody asks")??, deliveries: fanned?.rate })
}

async fn page(neighbours: Neighbours, seat: &Seat, stage: &Stage, folder: &Path) -> anyhow::Result<(Option<Server>, HttpLoad)> {
    let own = server::free_port()?;
    Ok(match neighbours {
        Neighbours::TwoHulls => {
            let redis = format!("redis://127.0.0.1:{}", stage.redis.port);
            let variables = [&seat.variables()[..], &[("REDIS_URL", redis.as_str()), ("RUST_LOG", "warn")]].concat();
            let program = server::built()?.join("http-server");
            let arguments = ["--workers", "1", "--bind", "127.0.0.1"];
            let server = Server::start("http-server", Core::Measured, &program, &arguments, &variables, own, folder).await?;
            (Some(server), seat.load(own, PAGE))
        }
        Neighbours::OneProcess => (None, seat.load(stage.server.port, PAGE)),
        Neighbours::Daphne => (None, seat.load(stage.server.port, DJANGO_PAGE)),
        Neighbours::GunicornAndDaphne => {
            let program = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/run.sh"));
            let server = Server::start("gunicorn", Core::Measured, program, &["gunicorn"], &[], own, folder).await?;
            (Some(server), seat.load(own, DJANGO_PAGE))
        }
    })
}

/// The page of the Django project beside this crate.
const DJANGO_PAGE: &str = "/page/";

/// Asks on a thread of its own, on the page's core: on the other it would wait for the storm itself.
fn asked(load: HttpLoad, time: Duration) -> oneshot::Receiver<anyhow::Result<HttpFigures>> {
    let (answer, figures) = oneshot::channel();
    std::thread::spawn(move || {
        let figures = Core::Measured.take_thread().and_then(|()| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(load.open(PAGES, CONNECTIONS, WARM_UP, time))
        });
        let _nobody_waits = answer.send(figures.map_err(|fault| anyhow!("the page: {fault:#}")));
    });
    figures
}
