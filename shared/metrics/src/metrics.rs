//! The numbers of a process, and the server that shows them.

use std::{fmt, io, sync::Arc, time::Duration};

use actix_web::{
    App, HttpResponse,
    http::header,
    web::{self, Data},
};
use catamaran::ChannelLayer;
use catamaran_boot::{ListenError, Listener, Program, Settings};
use catamaran_bounded_server::BoundedServer;
use prometheus_client::{
    encoding::prometheus_text::{CONTENT_TYPE, encode},
    registry::Registry,
};
use tokio_util::sync::CancellationToken;

use crate::{Durations, Requests, Scrape, layer, process, scrape::Source};

/// Connections that may be open: a few scrapers, and a person who looks.
const CONNECTIONS: usize = 32;
/// How long a running scrape may take after the end of the process's work.
const CUT_AFTER: Duration = Duration::from_secs(1);

/// The numbers of this process, and the listener for `GET /metrics` where `METRICS_BIND` names one.
pub struct Metrics {
    listener: Option<Listener>,
    registry: Registry,
}

impl Metrics {
    /// Opens the address of `METRICS_BIND`. The numbers of the process itself are there from the start.
    ///
    /// # Errors
    /// The address cannot be listened on. The text names the variable.
    pub fn bind(settings: &Settings) -> Result<Self, ListenError> {
        let listener = settings.bind_metrics()?;
        let mut metrics = Self { listener, registry: Registry::default() };
        let Program { name, version, .. } = settings.program;
        metrics.collect(move |scrape| {
            let labels = [("program", name), ("version", version)];
            scrape.labelled_gauges("catamaran_build_info", "The program and its version, always 1", [(labels, 1)])
        });
        metrics.collect(process::write);
        Ok(metrics)
    }

    /// Adds a source, which is called at each scrape.
    pub fn collect(&mut self, source: impl Fn(&mut Scrape<'_>) -> fmt::Result + Send + Sync + 'static) {
        self.registry.register_collector(Box::new(Source(source)));
    }

    /// Adds the channel layer: whether it is up, and its messages.
    pub fn layer(&mut self, layer: Arc<dyn ChannelLayer>) {
        self.collect(move |scrape| layer::write(&*layer, scrape));
    }

    /// Adds whether the process stops: 1 from the signal until its end.
    pub fn draining(&mut self, stop: CancellationToken) {
        self.collect(move |scrape| {
            let help = "1 from the signal to stop until the end of the process";
            scrape.gauge("catamaran_draining", help, stop.is_cancelled().into())
        });
    }

    /// Adds HTTP requests.
    pub fn requests(&mut self, requests: &Requests) {
        requests.register(&mut self.registry);
    }

    /// Adds a histogram of durations. `name` ends with `_seconds`.
    pub fn durations(&mut self, name: &str, help: &str, durations: &Durations) {
        durations.register(name, help, &mut self.registry);
    }

    /// Serves `GET /metrics` while `work` runs, also while it drains. Where the listener fails, the log says so, and `work` goes on.
    pub async fn during<T>(self, work: impl Future<Output = T>) -> T {
        let Some(listener) = self.listener else { return work.await };
        log::info!("metrics: {listener}/metrics");
        let (end, registry) = (CancellationToken::new(), Arc::new(self.registry));
        let serving = actix_web::rt::spawn(serve(listener, registry, end.clone()));
        let outcome = work.await;
        end.cancel();
        if let Ok(Err(fault)) = serving.await {
            log::error!("metrics were not served: {fault}");
        }
        outcome
    }
}

async fn serve(listener: Listener, registry: Arc<Registry>, end: CancellationToken) -> io::Result<()> {
    let registry = Data::from(registry);
    let application = move || {
        let metrics = web::resource("/metrics").route(web::get().to(show)).route(web::head().to(show));
        App::new().app_data(registry.clone()).service(metrics)
    };
    BoundedServer::new(application)
        .connections_per_worker(CONNECTIONS)
        .stop_after(async move { end.cancelled().await }, CUT_AFTER)
        .run(listener)
        .await
}

/// The numbers now, in Prometheus' text format.
async fn show(registry: Data<Registry>) -> HttpResponse {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(text),
        Err(fault) => HttpResponse::InternalServerError().body(format!("the metrics cannot be written: {fault}")),
    }
}
