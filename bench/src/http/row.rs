//! A JSON endpoint that reads one row: http-server, with all that it does around a handler, beside one with nothing around it, and beside
//! Django.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;

use super::{HttpFigures, HttpLoad, ROW, Seat};
use crate::{
    server::{self, Core, Server},
    table::median,
};

/// The view of one row in the Django project beside this crate.
const DJANGO_ROW: &str = "/api/row/1";

/// Who is measured, and how.
#[derive(Clone, Debug)]
pub struct RowTrial {
    /// Starts Django under gunicorn on `PORT`, with the argument `gunicorn`; None leaves it out.
    pub django: Option<PathBuf>,
    /// Each is measured so many times, in turn.
    pub rounds: usize,
    /// Kept connections, each with one request under way.
    pub connections: usize,
    /// Before each measurement.
    pub warm_up: Duration,
    /// How long each measurement takes.
    pub time: Duration,
}

/// What one server needs.
#[derive(Clone, Debug)]
pub struct RowFigures {
    /// Who.
    pub name: String,
    /// CPU time of the server for each request, in microseconds: one figure a round.
    pub cpu: Vec<f64>,
    /// What came of the requests, in each round.
    pub rounds: Vec<HttpFigures>,
}

impl RowFigures {
    /// CPU time for each request in microseconds, by the median of the rounds.
    pub fn median_cpu(&self) -> f64 {
        median(self.cpu.clone())
    }

    /// Were all requests answered with success?
    ///
    /// # Errors
    /// Some were not.
    pub fn faultless(&self) -> anyhow::Result<()> {
        self.rounds.iter().try_for_each(HttpFigures::faultless)
    }

    /// Answers a second on one core, by the median of the rounds.
    pub fn median_rate(&self) -> f64 {
        median(self.rounds.iter().map(HttpFigures::rate).collect())
    }
}

impl RowTrial {
    /// Starts them all and measures each in turn: first ours, then the bare one, then Django.
    ///
    /// # Errors
    /// One does not start, or does not answer; or the generator was the bottleneck.
    pub async fn run(&self) -> anyhow::Result<Vec<RowFigures>> {
        let folder = tempfile::tempdir()?;
        let seat = Seat::prepare(folder.path()).await?;
        let mut entrants = vec![ours(&seat, folder.path()).await?, bare(&seat, folder.path()).await?];
        if let Some(program) = &self.django {
            entrants.push(django(&seat, program, folder.path()).await?);
        }
        for _ in 0..self.rounds {
            for entrant in &mut entrants {
                self.measure(entrant).await.with_context(|| entrant.figures.name.clone())?;
            }
        }
        Ok(entrants.into_iter().map(|entrant| entrant.figures).collect())
    }

    async fn measure(&self, entrant: &mut Entrant) -> anyhow::Result<()> {
        entrant.load.closed(self.connections, Duration::ZERO, self.warm_up).await?;
        let before = entrant.server.tree().cpu()?;
        let figures = entrant.load.closed(self.connections, Duration::ZERO, self.time).await?;
        let used = entrant.server.tree().cpu()? - before;
        entrant.figures.cpu.push(used.as_secs_f64() * 1e6 / (figures.requests + figures.errors) as f64);
        entrant.figures.rounds.push(figures);
        Ok(())
    }
}

struct Entrant {
    server: Server,
    load: HttpLoad,
    figures: RowFigures,
}

impl Entrant {
    fn new(server: Server, load: HttpLoad) -> Self {
        let figures = RowFigures { name: server.name.clone(), cpu: Vec::new(), rounds: Vec::new() };
        Self { server, load, figures }
    }
}

/// http-server as it is run, with its log switched on; one worker, as the others.
async fn ours(seat: &Seat, folder: &Path) -> anyhow::Result<Entrant> {
    let port = server::free_port()?;
    let variables = [&seat.variables()[..], &[("CHANNEL_LAYER", "memory")]].concat();
    let arguments = ["--alone", "--workers", "1", "--bind", "127.0.0.1"];
    let program = server::built()?.join("http-server");
    let server = Server::start("http-server", Core::Measured, &program, &arguments, &variables, port, folder).await?;
    Ok(Entrant::new(server, seat.load(port, ROW)))
}

async fn bare(seat: &Seat, folder: &Path) -> anyhow::Result<Entrant> {
    let port = server::free_port()?;
    let program = server::built()?.join("bare_http");
    let server = Server::start("bare actix-web", Core::Measured, &program, &[], &seat.variables(), port, folder).await?;
    Ok(Entrant::new(server, seat.load(port, ROW)))
}

async fn django(seat: &Seat, program: &Path, folder: &Path) -> anyhow::Result<Entrant> {
    let port = server::free_port()?;
    let server = Server::start("Django, gunicorn", Core::Measured, program, &["gunicorn"], &[], port, folder).await?;
    Ok(Entrant::new(server, seat.load(port, DJANGO_ROW)))
}
