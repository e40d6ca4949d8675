//! Certificates and keys, read by rustls.

use std::sync::Arc;

use redis::{Client, ClientTlsConfig, ConnectionAddr, IntoConnectionInfo as _, TlsCertificates};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use crate::{AddressError, RedisTls, TlsFault, tls::Identity};

/// Checks that `pem` holds certificates of authorities.
pub(crate) fn check_authorities(pem: &[u8]) -> Result<(), TlsFault> {
    let mut store = RootCertStore::empty();
    for certificate in read_all(pem)? {
        store.add(certificate).map_err(|_| TlsFault::NoCertificate)?;
    }
    Ok(())
}

/// Checks that `pem` holds a certificate, and `key` its private key.
pub(crate) fn check_identity(pem: &[u8], key: &[u8]) -> Result<(), TlsFault> {
    let chain = read_all(pem)?;
    let secret = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsFault::NoKey)?;
    let versions = ClientConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
    let builder = versions.map_err(|_| TlsFault::NoKey)?.with_root_certificates(RootCertStore::empty());
    match builder.with_client_auth_cert(chain, secret) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => Err(TlsFault::OtherKey),
        Err(_) => Err(TlsFault::NoKey),
    }
}

/// Returns the address of a server with these settings.
pub(crate) fn address(tls: &RedisTls, host: String, port: u16) -> Result<ConnectionAddr, AddressError> {
    let insecure = tls.accepts_any_certificate;
    let addr = ConnectionAddr::TcpTls { host, port, insecure, tls_params: None };
    let certificates = TlsCertificates {
        client_tls: tls.identity.as_ref().map(for_client),
        root_cert: tls.authorities.as_ref().map(|pem| pem.to_vec()),
    };
    let info = addr.into_connection_info().map_err(|_| AddressError::Malformed)?;
    let client = Client::build_with_tls(info, certificates).map_err(|_| AddressError::Malformed)?;
    let mut addr = client.get_connection_info().addr().clone();
    addr.set_danger_accept_invalid_hostnames(tls.accepts_any_name);
    Ok(addr)
}

fn read_all(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    all.ok().filter(|all| !all.is_empty()).ok_or(TlsFault::NoCertificate)
}

fn for_client(identity: &Identity) -> ClientTlsConfig {
    ClientTlsConfig { client_cert: identity.certificate.to_vec(), client_key: identity.key.to_vec() }
}
