//! Connections, each with its deadline.

use std::{net::IpAddr, sync::Arc, time::Duration};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::{Instant, timeout_at},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{Place, certificates::Certificates, fault::Fault};

/// A connection, encrypted or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// Dials places until a deadline.
#[derive(Clone)]
pub(crate) struct Dialer {
    until: Instant,
    /// How long one connection, request or frame may take.
    step: Duration,
    tls: TlsConnector,
    newer: TlsConnector,
    pub(crate) certificates: Arc<Certificates>,
}

impl Dialer {
    /// Dials until `budget` is over.
    ///
    /// # Errors
    /// The TLS provider offers no protocol.
    pub(crate) fn new(budget: Duration, certificates: Arc<Certificates>) -> anyhow::Result<Self> {
        let tls = TlsConnector::from(Arc::new(certificates.config(&[b"http/1.1"])?));
        let newer = TlsConnector::from(Arc::new(certificates.config(&[b"h2", b"http/1.1"])?));
        Ok(Self { until: Instant::now() + budget, step: budget / 2, tls, newer, certificates })
    }

    /// The same with so much more time.
    pub(crate) fn with_more_time(&self, more: Duration) -> Self {
        Self { until: self.until + more, ..self.clone() }
    }

    /// Waits for `future`, for one step at most.
    pub(crate) async fn within<T>(&self, future: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        self.within_time(self.step, future).await
    }

    /// Waits for `future`, for `step` at most.
    pub(crate) async fn within_time<T>(
        &self,
        step: Duration,
        future: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let now = Instant::now();
        if now >= self.until {
            return Err(Fault::NoTime);
        }
        let until = self.until.min(now + step);
        timeout_at(until, future).await.unwrap_or(Err(Fault::Late(until - now)))
    }

    /// A new connection to `place`.
    pub(crate) async fn connect(&self, place: &Place) -> Result<Box<dyn Stream>, Fault> {
        self.within(async {
            let stream = reach(place).await?;
            match place.is_secure() {
                true => Ok(Box::new(encrypt(&self.tls, place, stream).await?) as Box<dyn Stream>),
                false => Ok(Box::new(stream) as Box<dyn Stream>),
            }
        })
        .await
    }

    /// Whether `place` takes HTTP/2.
    pub(crate) async fn takes_http2(&self, place: &Place) -> Result<bool, Fault> {
        self.within(async {
            let stream = encrypt(&self.newer, place, reach(place).await?).await?;
            Ok(stream.get_ref().1.alpn_protocol() == Some(b"h2"))
        })
        .await
    }

    /// The address of this machine on a connection to `place`.
    pub(crate) async fn own_address(&self, place: &Place) -> Result<IpAddr, Fault> {
        self.within(async { Ok(reach(place).await?.local_addr()?.ip().to_canonical()) }).await
    }
}

async fn reach(place: &Place) -> Result<TcpStream, Fault> {
    let host = place.host();
    let addresses: Vec<_> = lookup_host((host.as_str(), place.port())).await.map_err(Fault::Name)?.collect();
    let stream = TcpStream::connect(addresses.as_slice()).await.map_err(Fault::Connect)?;
    // Small frames are sent one by one. A failure costs milliseconds.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

async fn encrypt(tls: &TlsConnector, place: &Place, stream: TcpStream) -> Result<TlsStream<TcpStream>, Fault> {
    tls.connect(server_name(&place.host())?, stream).await.map_err(Fault::Tls)
}

fn server_name(host: &str) -> Result<ServerName<'static>, Fault> {
    match host.parse::<IpAddr>() {
        Ok(address) => Ok(ServerName::IpAddress(address.into())),
        Err(_) => ServerName::try_from(host.to_owned()).map_err(|fault| Fault::Tls(std::io::Error::other(fault))),
    }
}
