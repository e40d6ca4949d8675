//! A page's latency while sockets are busy: the reason for two processes.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, anyhow};
use tokio::sync::oneshot;

use super::{FanOut, Pace, Setup};
use crate::{
    http::{Fixture, HttpFigures, HttpLoad, PAGE},
    peers::{Launch, Peer},
    server::{self, Core, Server},
};

/// Page requests a second, far below the limit of a server at rest.
const PAGES: f64 = 200.0;
const CONNECTIONS: usize = 16;
const SUBSCRIBERS: usize = 1000;
const WARM_UP: Duration = Duration::from_secs(1);

/// The processes that serve the page and the sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// http-server and the chat on catamaran-sockets, each on a core.
    TwoProcesses,
    /// Both in one process, as in runserver.
    OneProcess,
    /// Django under Daphne for both.
    Daphne,
    /// gunicorn for the page and Daphne for the sockets, each on a core.
    GunicornAndDaphne,
}

/// Messages to the sockets during the page requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SocketLoad {
    /// Messages a second to a thousand sockets.
    PerSecond(f64),
    /// As many as the server delivers.
    Unlimited,
}

impl Deployment {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::TwoProcesses => "http-server beside ws-server",
            Self::OneProcess => "one process, as runserver",
            Self::Daphne => "Django, Daphne alone",
            Self::GunicornAndDaphne => "Django, gunicorn beside Daphne",
        }
    }

    /// Whether it needs Django.
    pub fn is_django(self) -> bool {
        matches!(self, Self::Daphne | Self::GunicornAndDaphne)
    }

    fn is_split(self) -> bool {
        matches!(self, Self::TwoProcesses | Self::GunicornAndDaphne)
    }

    fn sockets(self) -> Peer {
        match self {
            Self::TwoProcesses | Self::OneProcess => Peer::OursPubsub,
            Self::Daphne | Self::GunicornAndDaphne => Peer::DaphneCore,
        }
    }
}

/// A page's latency at rest and under load.
#[derive(Clone, Debug)]
pub struct IsolationFigures {
    /// While the sockets are open and nothing is sent.
    pub at_rest: HttpFigures,
    /// While the sockets are sent messages.
    pub under_load: HttpFigures,
    /// Deliveries a second under load.
    pub deliveries: f64,
}

/// Requests a page at a fixed rate for `time`, first at rest, then while a thousand sockets are sent messages.
///
/// # Errors
/// A server does not start or does not answer.
pub async fn page_latency(deployment: Deployment, socket_load: SocketLoad, time: Duration) -> anyhow::Result<IsolationFigures> {
    let folder = tempfile::tempdir()?;
    let fixture = Fixture::prepare(folder.path()).await?;
    let core = if deployment.is_split() { Core::Other } else { Core::Measured };
    let launch = Launch { core, ..Launch::default() };
    let mut more = Vec::new();
    if deployment == Deployment::OneProcess {
        more.extend(fixture.variables());
        more.push(("PAGES", "true"));
    }
    let mut setup = Setup::start_as(&launch, deployment.sockets(), SUBSCRIBERS, &more).await?;
    let (page_server, load) = page(deployment, &fixture, &setup, folder.path()).await?;
    setup.connect(setup.plan(SUBSCRIBERS, 1)).await?;
    setup.warm_up().await?;
    let at_rest = asked(load.clone(), time).await.context("the thread of the page requests has ended")??;

    let pace = match socket_load {
        SocketLoad::PerSecond(rate) => Pace::PerSecond(rate),
        SocketLoad::Unlimited => Pace::InFlight(4),
    };
    let asking = asked(load, time);
    let messages = FanOut { pace, warm_up: Duration::ZERO, time: time + WARM_UP };
    let (under_load, fanned) = tokio::join!(asking, messages.run(&mut setup));
    drop(page_server);
    Ok(IsolationFigures {
        at_rest,
        under_load: under_load.context("the thread of the page requests has ended")??,
        deliveries: fanned?.rate,
    })
}

async fn page(
    deployment: Deployment,
    fixture: &Fixture,
    setup: &Setup,
    folder: &Path,
) -> anyhow::Result<(Option<Server>, HttpLoad)> {
    let own = server::free_port()?;
    Ok(match deployment {
        Deployment::TwoProcesses => {
            let redis = format!("redis://127.0.0.1:{}", setup.redis.port);
            let variables = [&fixture.variables()[..], &[("REDIS_URL", redis.as_str()), ("RUST_LOG", "warn")]].concat();
            let program = server::built()?.join("http-server");
            let arguments = ["--workers", "1", "--bind", "127.0.0.1"];
            let server = Server::start("http-server", Core::Measured, &program, &arguments, &variables, own, folder).await?;
            (Some(server), fixture.load(own, PAGE))
        }
        Deployment::OneProcess => (None, fixture.load(setup.server.port, PAGE)),
        Deployment::Daphne => (None, fixture.load(setup.server.port, DJANGO_PAGE)),
        Deployment::GunicornAndDaphne => {
            let program = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/run.sh"));
            let server = Server::start("gunicorn", Core::Measured, program, &["gunicorn"], &[], own, folder).await?;
            (Some(server), fixture.load(own, DJANGO_PAGE))
        }
    })
}

/// The page of the Django project beside this crate.
const DJANGO_PAGE: &str = "/page/";

/// Sends the requests from a thread on the page's core: on the other core they would wait for the message generator.
fn asked(load: HttpLoad, time: Duration) -> oneshot::Receiver<anyhow::Result<HttpFigures>> {
    let (answer, figures) = oneshot::channel();
    std::thread::spawn(move || {
        let figures = Core::Measured.pin_thread().and_then(|()| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(load.open(PAGES, CONNECTIONS, WARM_UP, time))
        });
        let _no_receiver = answer.send(figures.map_err(|fault| anyhow!("the page: {fault:#}")));
    });
    figures
}
