//! One TLS provider for the whole process.

/// Makes ring the provider of this process. With none chosen and two compiled in, the first `rediss://` connection would
/// panic, so this comes before any connection.
pub(crate) fn install_provider() {
    // An error means that one is installed already, by an earlier start in the same process (tests).
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        log::debug!("a TLS provider had been installed before");
    }
}
