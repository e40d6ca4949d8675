//! TLS settings of `rediss://`: the trusted authorities and the client's own certificate.

use std::{fmt, sync::Arc};

use crate::{AddressError, certificates};

/// Certificates for `rediss://`. By default public authorities are trusted, and the client has no certificate of its own.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RedisTls {
    pub(crate) accepts_any_certificate: bool,
    pub(crate) accepts_any_name: bool,
    pub(crate) authorities: Option<Arc<[u8]>>,
    pub(crate) identity: Option<Identity>,
}

/// A certificate and its private key, in PEM.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) certificate: Arc<[u8]>,
    pub(crate) key: Arc<[u8]>,
}

/// The reason why a certificate or a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsFault {
    /// The file cannot be read.
    #[error("it cannot be read")]
    Unreadable,
    /// The file has no certificate in PEM.
    #[error("there is no certificate in it that can be read (PEM: -----BEGIN CERTIFICATE-----)")]
    NoCertificate,
    /// The file has no private key in PEM.
    #[error("there is no private key in it that can be read (PEM without a passphrase: -----BEGIN PRIVATE KEY-----)")]
    NoKey,
    /// The key belongs to another certificate.
    #[error("its private key is not the certificate's")]
    OtherKey,
    /// Only one of certificate and key is given.
    #[error("a certificate and its private key are needed together")]
    Half,
    /// The feature `tls` of this crate is off.
    #[error("this program is built without TLS for Redis: switch on the feature tls of catamaran-redis")]
    NotBuilt,
}

impl From<bool> for RedisTls {
    /// `true` accepts any certificate, such as Heroku's self-signed ones.
    fn from(accepts_any_certificate: bool) -> Self {
        Self { accepts_any_certificate, ..Self::default() }
    }
}

impl RedisTls {
    /// Trusts only the authorities whose certificates are in `pem`.
    ///
    /// # Errors
    /// [`TlsFault::NoCertificate`] if `pem` has none.
    pub fn with_authorities(self, pem: &[u8]) -> Result<Self, TlsFault> {
        certificates::check_authorities(pem)?;
        Ok(Self { authorities: Some(pem.into()), ..self })
    }

    /// Sends the certificate in `pem`, with the private key in `key`, to servers that ask for one.
    ///
    /// # Errors
    /// [`TlsFault`] if one of them cannot be read, or they do not belong together.
    pub fn with_identity(self, pem: &[u8], key: &[u8]) -> Result<Self, TlsFault> {
        certificates::check_identity(pem, key)?;
        Ok(Self { identity: Some(Identity { certificate: pem.into(), key: key.into() }), ..self })
    }
}

impl fmt::Debug for RedisTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accepts_any_certificate, accepts_any_name, authorities, identity } = self;
        let (authorities, identity) = (authorities.is_some(), identity.is_some());
        write!(f, "RedisTls({accepts_any_certificate}, {accepts_any_name}, authorities: {authorities}, identity: {identity})")
    }
}

/// The TLS parameters of one address, by redis-py's names.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsParameters {
    accepts_any_certificate: Option<bool>,
    accepts_any_name: Option<bool>,
    authorities_file: Option<String>,
    authorities: Option<String>,
    certificate_file: Option<String>,
    key_file: Option<String>,
}

impl TlsParameters {
    /// Sets the parameter `name`. Returns `false` if the name is unknown; an error names the expected value.
    pub(crate) fn take(&mut self, name: &str, value: &str) -> Result<bool, &'static str> {
        let text = || Some(value.to_owned());
        match name {
            "ssl_cert_reqs" => self.accepts_any_certificate = Some(is_none(value)?),
            "ssl_check_hostname" => self.accepts_any_name = Some(!is_true(value)?),
            "ssl_ca_certs" => self.authorities_file = text(),
            "ssl_ca_data" => self.authorities = text(),
            "ssl_certfile" => self.certificate_file = text(),
            "ssl_keyfile" => self.key_file = text(),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Returns `tls`, overridden by these parameters.
    pub(crate) fn over(self, tls: &RedisTls) -> Result<RedisTls, AddressError> {
        let mut tls = tls.clone();
        if let Some(accepts) = self.accepts_any_certificate {
            tls.accepts_any_certificate = accepts;
        }
        tls.accepts_any_name = self.accepts_any_name.unwrap_or(tls.accepts_any_name);
        if let Some(path) = &self.authorities_file {
            let named = |fault| AddressError::Tls("ssl_ca_certs".to_owned(), fault);
            tls = tls.with_authorities(&file(path).map_err(named)?).map_err(named)?;
        }
        if let Some(pem) = &self.authorities {
            tls = tls.with_authorities(pem.as_bytes()).map_err(|fault| AddressError::Tls("ssl_ca_data".to_owned(), fault))?;
        }
        self.identity(tls)
    }

    /// As in redis-py, one file may hold both certificate and key.
    fn identity(&self, tls: RedisTls) -> Result<RedisTls, AddressError> {
        let named = |name: &str, fault| AddressError::Tls(name.to_owned(), fault);
        let (certificate, key) = match (&self.certificate_file, &self.key_file) {
            (None, None) => return Ok(tls),
            (None, Some(_)) => return Err(named("ssl_keyfile", TlsFault::Half)),
            (Some(path), None) => (path, path),
            (Some(path), Some(key)) => (path, key),
        };
        let pem = file(certificate).map_err(|fault| named("ssl_certfile", fault))?;
        let key = file(key).map_err(|fault| named("ssl_keyfile", fault))?;
        tls.with_identity(&pem, &key).map_err(|fault| match fault {
            TlsFault::NoCertificate => named("ssl_certfile", fault),
            _ => named("ssl_keyfile", fault),
        })
    }
}

fn file(path: &str) -> Result<Vec<u8>, TlsFault> {
    std::fs::read(path).map_err(|_| TlsFault::Unreadable)
}

/// `optional` equals `required`, since a server always has a certificate.
fn is_none(value: &str) -> Result<bool, &'static str> {
    match value.to_ascii_lowercase().as_str() {
        "none" | "cert_none" => Ok(true),
        "required" | "cert_required" | "optional" | "cert_optional" => Ok(false),
        _ => Err("none, optional or required"),
    }
}

fn is_true(value: &str) -> Result<bool, &'static str> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "t" | "on" => Ok(true),
        "false" | "0" | "no" | "n" | "f" | "off" => Ok(false),
        _ => Err("true or false"),
    }
}
