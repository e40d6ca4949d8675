//! The database's settings.

use catamaran_boot::settings::{Reader, parse_bool};
use store::{DatabaseUrl, PoolSize};

use crate::Platform;

const DEFAULT: &str = "sqlite:catamaran.sqlite3";

/// The default also replaces a refused value, so that all faults are collected.
pub(crate) fn read(reader: &mut Reader<'_>, platform: Option<Platform>) -> DatabaseUrl {
    let url = reader.parse_url("DATABASE_URL", |text| DatabaseUrl::parse(text).map_err(|fault| fault.to_string()));
    let url = url.unwrap_or_else(|| DatabaseUrl::parse(DEFAULT).expect("the default is an address"));
    if let Some(platform) = platform.filter(|platform| platform.loses_files() && url.is_sqlite()) {
        refuse_file(reader, platform);
    }
    url
}

/// A site that starts on such a disk loses its users and messages at the next release.
fn refuse_file(reader: &mut Reader<'_>, platform: Platform) {
    let found = match reader.is_unset("DATABASE_URL") {
        true => "unset, so a SQLite file would be used,",
        false => "a SQLite file",
    };
    reader.fault(
        "DATABASE_URL",
        format!("{found} on {platform}, which deletes all files when a process ends"),
        "postgres://USER:PASSWORD@HOST:PORT/NAME: attach a PostgreSQL database, which sets it",
    );
}

/// Where the platform's smallest database takes few connections, the default is smaller.
pub(crate) fn read_pool_size(reader: &mut Reader<'_>, platform: Option<Platform>) -> PoolSize {
    let size = reader.parse("DATABASE_POOL_SIZE", |text| text.parse().map_err(|fault: store::NotAPoolSize| fault.to_string()));
    size.or_else(|| platform.and_then(Platform::pool_size)).unwrap_or_default()
}

pub(crate) fn read_migrates(reader: &mut Reader<'_>) -> bool {
    reader.parse("DATABASE_MIGRATE", parse_bool).unwrap_or(true)
}
