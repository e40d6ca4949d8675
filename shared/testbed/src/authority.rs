//! A private certificate authority.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::{binaries, cleanup};

/// A private certificate authority, as a company may have. Its files are removed when it is dropped.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
}

/// A certificate and its private key, as PEM files.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The file with the certificate.
    pub certificate: PathBuf,
    /// The file with the private key.
    pub key: PathBuf,
    /// The file with the certificate of the authority that signed it.
    pub authority: PathBuf,
}

impl Authority {
    /// Makes an authority.
    ///
    /// # Panics
    /// If `openssl` is not installed or fails.
    #[expect(clippy::new_without_default, reason = "it writes files and starts programs")]
    pub fn new() -> Self {
        let folder = cleanup::temporary();
        let new = ["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=private authority"];
        openssl(folder.path(), &[&new[..], &KEY, &["-keyout", "ca.key", "-out", "ca.pem"]].concat());
        Self { folder }
    }

    /// The file with the authority's certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Signs a certificate for `names` in openssl's form: `DNS:localhost,IP:127.0.0.1`. It is valid for two days.
    ///
    /// # Panics
    /// As [`Authority::new`].
    pub fn issue(&self, names: &str) -> Issued {
        self.issue_for_days(names, 2)
    }

    /// Like [`Authority::issue`], but the certificate has expired.
    ///
    /// # Panics
    /// As [`Authority::new`].
    pub fn issue_expired(&self, names: &str) -> Issued {
        self.issue_for_days(names, -1)
    }

    fn issue_for_days(&self, names: &str, days: i32) -> Issued {
        let folder = tempfile::tempdir_in(self.folder.path()).expect("our own folder can be written").keep();
        let path = |name: &str| folder.join(name);
        let asking = ["req", "-nodes", "-subj", "/CN=issued", "-keyout", "key.pem", "-out", "request.pem"];
        openssl(&folder, &[&asking[..], &KEY].concat());
        std::fs::write(path("names"), format!("subjectAltName={names}\n")).expect("our own folder can be written");
        let signing = ["x509", "-req", "-in", "request.pem", "-CA", "../ca.pem", "-CAkey", "../ca.key", "-CAcreateserial"];
        let days = days.to_string();
        openssl(&folder, &[&signing[..], &["-extfile", "names", "-out", "certificate.pem", "-days", &days]].concat());
        Issued { certificate: path("certificate.pem"), key: path("key.pem"), authority: self.certificate() }
    }
}

const KEY: [&str; 4] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new(binaries::find(&["openssl"])).args(arguments).current_dir(folder).output().expect("openssl starts");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
