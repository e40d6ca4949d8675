//! A JSON endpoint that reads one row: http-server, with all that it does around a handler, beside one with nothing around it, and beside
//! A JSON endpoint that reads one row: http-server with its middleware, a bare actix-web handler, and Django.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;

use super::{Fixture, HttpFigures, HttpLoad, ROW};
use crate::{
    server::{self, Core, Server},
    table::median,
};

/// The view of one row in the Django project beside this crate.
const DJANGO_ROW: &str = "/api/row/1";

/// How the endpoint is measured.
#[derive(Clone, Debug)]
pub struct RowTrial {
    /// The program that starts Django on `PORT` with the argument `gunicorn`. `None` leaves Django out.
    pub django: Option<PathBuf>,
    /// How often each server is measured; they take turns.
    pub rounds: usize,
    /// Kept connections, each with one request under way.
    pub connections: usize,
    /// The time before each measurement.
    pub warm_up: Duration,
    /// How long each measurement takes.
    pub time: Duration,
}

/// The figures of one server.
#[derive(Clone, Debug)]
pub struct RowFigures {
    /// The server's name in the table.
    pub name: String,
    /// CPU time of the server for each request, in microseconds: one figure a round.
    pub cpu: Vec<f64>,
    /// The answers of each round.
    pub rounds: Vec<HttpFigures>,
}

impl RowFigures {
    /// CPU time for each request in microseconds, by the median of the rounds.
    pub fn median_cpu(&self) -> f64 {
        median(self.cpu.clone())
    }

    /// Checks that all requests were answered with success.
    ///
    /// # Errors
    /// Some requests were not.
    pub fn ensure_success(&self) -> anyhow::Result<()> {
        self.rounds.iter().try_for_each(HttpFigures::ensure_success)
    }

    /// Answers a second on one core, by the median of the rounds.
    pub fn median_rate(&self) -> f64 {
        median(self.rounds.iter().map(HttpFigures::rate).collect())
    }
}

impl RowTrial {
    /// Starts all servers and measures each in turn: http-server, the bare one, Django.
    ///
    /// # Errors
    /// A server does not start or does not answer, or the generator was the bottleneck.
    pub async fn run(&self) -> anyhow::Result<Vec<RowFigures>> {
        let folder = tempfile::tempdir()?;
        let fixture = Fixture::prepare(folder.path()).await?;
        let mut candidates = vec![ours(&fixture, folder.path()).await?, bare(&fixture, folder.path()).await?];
        if let Some(program) = &self.django {
            candidates.push(django(&fixture, program, folder.path()).await?);
        }
        for _ in 0..self.rounds {
            for candidate in &mut candidates {
                self.measure(candidate).await.with_context(|| candidate.figures.name.clone())?;
            }
        }
        Ok(candidates.into_iter().map(|candidate| candidate.figures).collect())
    }

    async fn measure(&self, candidate: &mut Candidate) -> anyhow::Result<()> {
        candidate.load.closed(self.connections, Duration::ZERO, self.warm_up).await?;
        let before = candidate.server.tree().cpu()?;
        let figures = candidate.load.closed(self.connections, Duration::ZERO, self.time).await?;
        let used = candidate.server.tree().cpu()? - before;
        candidate.figures.cpu.push(used.as_secs_f64() * 1e6 / (figures.requests + figures.errors) as f64);
        candidate.figures.rounds.push(figures);
        Ok(())
    }
}

struct Candidate {
    server: Server,
    load: HttpLoad,
    figures: RowFigures,
}

impl Candidate {
    fn new(server: Server, load: HttpLoad) -> Self {
        let figures = RowFigures { name: server.name.clone(), cpu: Vec::new(), rounds: Vec::new() };
        Self { server, load, figures }
    }
}

/// http-server as it is deployed, with its log; one worker, as the others have.
async fn ours(fixture: &Fixture, folder: &Path) -> anyhow::Result<Candidate> {
    let port = server::free_port()?;
    let variables = [&fixture.variables()[..], &[("CHANNEL_LAYER", "memory")]].concat();
    let arguments = ["--alone", "--workers", "1", "--bind", "127.0.0.1"];
    let program = server::built()?.join("http-server");
    let server = Server::start("http-server", Core::Measured, &program, &arguments, &variables, port, folder).await?;
    Ok(Candidate::new(server, fixture.load(port, ROW)))
}

async fn bare(fixture: &Fixture, folder: &Path) -> anyhow::Result<Candidate> {
    let port = server::free_port()?;
    let program = server::built()?.join("bare_http");
    let server = Server::start("bare actix-web", Core::Measured, &program, &[], &fixture.variables(), port, folder).await?;
    Ok(Candidate::new(server, fixture.load(port, ROW)))
}

async fn django(fixture: &Fixture, program: &Path, folder: &Path) -> anyhow::Result<Candidate> {
    let port = server::free_port()?;
    let server = Server::start("Django, gunicorn", Core::Measured, program, &["gunicorn"], &[], port, folder).await?;
    Ok(Candidate::new(server, fixture.load(port, DJANGO_ROW)))
}
