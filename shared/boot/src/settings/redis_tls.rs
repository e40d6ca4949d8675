//! The trusted certificates for `rediss://`, and the client's own certificate.

use catamaran_redis::{RedisTls, TlsFault};

use super::{
    reader::{Parsed, Reader},
    switch::parse_bool,
};

const CA: &str = "REDIS_TLS_CA";
const CERTIFICATE: &str = "REDIS_TLS_CERTIFICATE";
const KEY: &str = "REDIS_TLS_KEY";
const PEM: &str = "-----BEGIN ";

/// Each is the path of a file in PEM, or the PEM itself. `SSL_CERT_FILE` is for all
/// programs on the machine, so it is read only where an address is for TLS.
pub(super) fn read(reader: &mut Reader<'_>) -> RedisTls {
    let tls = RedisTls::from(reader.parse("REDIS_TLS_INSECURE", parse_bool).unwrap_or(false));
    let authorities = match reader.is_unset(CA) {
        true if !reader.mentions("REDIS_URL", &["rediss://", "valkeys://"]) => return identified(reader, tls),
        true => "SSL_CERT_FILE",
        false => CA,
    };
    let believing = |text: &str| tls.clone().with_authorities(&pem(text)?).map_err(expected);
    let tls = reader.parse_file(authorities, believing).unwrap_or(tls);
    identified(reader, tls)
}

fn identified(reader: &mut Reader<'_>, tls: RedisTls) -> RedisTls {
    match (reader.is_unset(CERTIFICATE), reader.is_unset(KEY)) {
        (true, true) => return tls,
        (false, true) => reader.fault(KEY, "unset", "the private key of the certificate in REDIS_TLS_CERTIFICATE"),
        (true, false) => reader.fault(CERTIFICATE, "unset", "the certificate whose private key is in REDIS_TLS_KEY"),
        (false, false) => {}
    }
    let certificate = reader.parse_file(CERTIFICATE, certificate);
    let key = |text: &str| match &certificate {
        Some(certificate) => tls.clone().with_identity(certificate, &pem(text)?).map_err(expected),
        None => Ok(tls.clone()),
    };
    reader.parse_file(KEY, key).unwrap_or(tls)
}

/// Without an address for TLS, certificates would be ignored without notice. `SSL_CERT_FILE` is for other programs too.
pub(super) fn refuse_without_tls(reader: &mut Reader<'_>) {
    for variable in [CA, CERTIFICATE, KEY] {
        if !reader.is_unset(variable) {
            reader.fault(variable, "set", "nothing, or rediss:// in REDIS_URL: the connection has no TLS now");
        }
    }
}

fn certificate(text: &str) -> Parsed<Vec<u8>> {
    let pem = pem(text)?;
    RedisTls::default().with_authorities(&pem).map(|_| pem).map_err(expected)
}

fn pem(text: &str) -> Parsed<Vec<u8>> {
    match text.starts_with(PEM) {
        true => Ok(text.as_bytes().to_vec()),
        false => std::fs::read(text).map_err(|fault| format!("a file in PEM: it cannot be read ({})", fault.kind())),
    }
}

fn expected(fault: TlsFault) -> String {
    format!("a file in PEM: {fault}")
}
