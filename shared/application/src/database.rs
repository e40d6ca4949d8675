//! The database's settings.

use catamaran_boot::settings::Reader;
use store::{DatabaseUrl, PoolSize};

const DEFAULT: &str = "sqlite:catamaran.sqlite3";

/// The default also replaces a refused value, so that all faults are collected.
pub(crate) fn read(reader: &mut Reader<'_>) -> DatabaseUrl {
    let url = reader.parse_url("DATABASE_URL", |text| DatabaseUrl::parse(text).map_err(|fault| fault.to_string()));
    url.unwrap_or_else(|| DatabaseUrl::parse(DEFAULT).expect("the default is an address"))
}

pub(crate) fn read_pool_size(reader: &mut Reader<'_>) -> PoolSize {
    let size = reader.parse("DATABASE_POOL_SIZE", |text| text.parse().map_err(|fault: store::NotAPoolSize| fault.to_string()));
    size.unwrap_or_default()
}
