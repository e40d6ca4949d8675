//! Certificates: which one a place shows, and what a browser says to it.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};

/// Certificates to trust beside those of public authorities.
#[derive(Debug, Clone)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Reads a PEM file.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let expected = "expected a readable file with certificates in PEM";
        let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
        match found {
            Ok(certificates) if !certificates.is_empty() => Ok(Self(certificates)),
            Ok(_) => Err(format!("{expected}; it has none")),
            Err(fault) => Err(format!("{expected}: {fault}")),
        }
    }
}

/// Checks certificates as a browser does, remembers what is wrong with each host's, and lets the connection go on: `doctor` examines
/// what lies behind a wrong certificate too. It sends no secret there.
#[derive(Debug)]
pub(crate) struct Certificates {
    strict: Arc<WebPkiServerVerifier>,
    wrong: Mutex<BTreeMap<String, CertificateError>>,
}

impl Certificates {
    /// Trusts the authorities that browsers trust, and `more`.
    ///
    /// # Errors
    /// A certificate cannot be read.
    pub(crate) fn new(more: Option<&Authorities>) -> anyhow::Result<Arc<Self>> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in more.map_or(&[][..], |more| &more.0) {
            roots.add(certificate.clone())?;
        }
        let strict = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider())).build()?;
        Ok(Arc::new(Self { strict, wrong: Mutex::default() }))
    }

    /// The settings of connections that are checked so, and that offer these protocols.
    pub(crate) fn config(self: &Arc<Self>, protocols: &[&[u8]]) -> Result<ClientConfig, Error> {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let verifier = Arc::clone(self) as Arc<dyn ServerCertVerifier>;
        let mut config = builder
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(config)
    }

    /// The fault of a host's certificate; `None` if it has none, or was not asked for.
    pub(crate) fn fault_of(&self, host: &str) -> Option<CertificateError> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).get(host).cloned()
    }
}

impl ServerCertVerifier for Certificates {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.strict.verify_server_cert(certificate, chain, name, ocsp, now) {
            Err(Error::InvalidCertificate(fault)) => {
                self.wrong.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_str().into_owned(), fault);
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}
