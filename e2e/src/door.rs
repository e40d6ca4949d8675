//! The addresses of a site: one for pages and sockets behind a proxy, two without.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};

use crate::{Request, Response, http, tls};

/// A connection, encrypted or not.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The addresses of a site for one client, and the client's own address.
#[derive(Debug, Clone)]
pub struct Door {
    pages: u16,
    sockets: u16,
    from: Ipv4Addr,
    certificate: Option<PathBuf>,
}

impl Door {
    /// Plain HTTP; without a proxy, pages and sockets have different ports.
    pub fn http(pages: u16, sockets: u16) -> Self {
        Self { pages, sockets, from: Ipv4Addr::LOCALHOST, certificate: None }
    }

    /// HTTPS on one port; only `certificate` is trusted.
    pub fn https(port: u16, certificate: PathBuf) -> Self {
        Self { certificate: Some(certificate), ..Self::http(port, port) }
    }

    /// The same, for a client with another address of this machine (127.0.0.0/8).
    #[must_use]
    pub fn from(&self, address: Ipv4Addr) -> Self {
        Self { from: address, ..self.clone() }
    }

    /// The origin of the pages, as a browser sends it.
    pub fn origin(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.pages)
    }

    /// The `Host` of a socket's request.
    pub(crate) fn socket_host(&self) -> String {
        format!("localhost:{}", self.sockets)
    }

    /// Sends a request to the pages' side and returns the answer.
    ///
    /// # Panics
    /// If the server does not answer with HTTP.
    pub async fn ask(&self, request: &Request) -> Response {
        self.try_ask(request).await.unwrap_or_else(|fault| panic!("{request:?}: {fault}"))
    }

    /// As [`Door::ask`], for a server that may be down.
    ///
    /// # Errors
    /// The connection is refused or lost, or the answer is not HTTP.
    pub async fn try_ask(&self, request: &Request) -> std::io::Result<Response> {
        let stream = self.connect(self.pages).await?;
        http::exchange(stream, &format!("localhost:{}", self.pages), request).await
    }

    /// Sends a request to the sockets' side and returns the answer.
    ///
    /// # Panics
    /// If the server does not answer with HTTP.
    pub async fn ask_sockets(&self, request: &Request) -> Response {
        self.try_ask_sockets(request).await.unwrap_or_else(|fault| panic!("{request:?}: {fault}"))
    }

    /// As [`Door::ask_sockets`], for a server that may be down.
    ///
    /// # Errors
    /// As [`Door::try_ask`].
    pub async fn try_ask_sockets(&self, request: &Request) -> std::io::Result<Response> {
        let stream = self.connect(self.sockets).await?;
        http::exchange(stream, &self.socket_host(), request).await
    }

    /// The protocol that the pages' side chooses of those that a TLS client offers (ALPN), such as `h2` and `http/1.1`.
    ///
    /// # Panics
    /// If the connection is refused, or this address has no TLS.
    pub async fn protocol(&self, offered: &[&str]) -> Option<String> {
        let certificate = self.certificate.as_ref().expect("an address with TLS");
        let stream = self.connect_plain(self.pages).await.expect("the balancer accepts");
        let stream = tls::wrap(stream, certificate, offered).await.expect("the balancer speaks TLS");
        stream.get_ref().1.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned())
    }

    /// A connection to the sockets' side.
    ///
    /// # Errors
    /// The connection is refused.
    pub(crate) async fn connect_socket(&self) -> std::io::Result<Box<dyn Stream>> {
        self.connect(self.sockets).await
    }

    async fn connect(&self, port: u16) -> std::io::Result<Box<dyn Stream>> {
        let stream = self.connect_plain(port).await?;
        Ok(match &self.certificate {
            None => Box::new(stream),
            Some(certificate) => Box::new(tls::wrap(stream, certificate, &[]).await?),
        })
    }

    async fn connect_plain(&self, port: u16) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((self.from, 0)))?;
        let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
