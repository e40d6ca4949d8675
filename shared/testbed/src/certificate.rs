//! A self-signed certificate, like that of Heroku's Redis.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binaries;

/// A certificate for `localhost` and 127.0.0.1 and its key, as PEM files in the caller's folder.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    /// The file with the certificate.
    pub(crate) certificate: PathBuf,
    /// The file with the private key.
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// The name of the file with the certificate.
    pub(crate) const FILE: &str = "certificate.pem";

    /// Writes `certificate.pem` and `key.pem` into `folder`. They are valid for two days.
    ///
    /// # Panics
    /// If `openssl` is not installed or fails.
    pub(crate) fn write(folder: &Path) -> Self {
        let made = Self { certificate: folder.join(Self::FILE), key: folder.join("key.pem") };
        let output = Command::new(binaries::find(&["openssl"]))
            .args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"])
            .args(["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"])
            .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
            .arg("-keyout")
            .arg(&made.key)
            .arg("-out")
            .arg(&made.certificate)
            .output()
            .expect("openssl starts");
        assert!(output.status.success(), "openssl made no certificate: {}", String::from_utf8_lossy(&output.stderr));
        made
    }
}
