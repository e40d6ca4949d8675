//! Stands in for `certificates` without the feature `tls`: refuses each certificate and each address for TLS.

use redis::ConnectionAddr;

use crate::{AddressError, RedisTls, TlsFault};

pub(crate) fn check_authorities(_: &[u8]) -> Result<(), TlsFault> {
    Err(TlsFault::NotBuilt)
}

pub(crate) fn check_identity(_: &[u8], _: &[u8]) -> Result<(), TlsFault> {
    Err(TlsFault::NotBuilt)
}

pub(crate) fn address(_: &RedisTls, _: String, _: u16) -> Result<ConnectionAddr, AddressError> {
    Err(AddressError::WithoutTls)
}
