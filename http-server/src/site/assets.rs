//! `/static/{hash}/{file}`: files whose address changes with their content.

use std::{borrow::Cow, sync::LazyLock};

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::header, web};
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// The files, in the program itself. `client` holds links to the modules of `clients/js`.
#[derive(RustEmbed)]
#[folder = "static"]
struct Files;

/// The folders of the files, those of the whole site first.
const FOLDERS: [&str; 4] = ["site", "client", "rooms", "mafia"];

/// Letters of the hash in the address: no two releases share them.
const HASH_LETTERS: usize = 16;

/// One hash over all files, so that modules which import each other by relative paths are always of one release.
static PREFIX: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort_unstable();
    let mut all = Sha256::new();
    for name in names {
        all.update(name.as_bytes());
        all.update(Files::get(&name).map_or([0; 32], |file| file.metadata.sha256_hash()));
    }
    let mut hash = hex(&all.finalize());
    hash.truncate(HASH_LETTERS);
    format!("/static/{hash}")
});

/// Where the files are: `/static/{hash}`, without a slash at the end.
pub(crate) fn prefix() -> &'static str {
    &PREFIX
}

/// The names of the files: their paths below `static/`.
pub(super) fn names() -> impl Iterator<Item = String> {
    Files::iter().map(Cow::into_owned)
}

/// A file as text; empty where there is none.
pub(super) fn text(name: &str) -> String {
    Files::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default()
}

pub(crate) async fn show(req: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (hash, name) = path.into_inner();
    if !prefix().ends_with(&format!("/{hash}")) {
        return present(&name).map(|name| to_current(&name)).ok_or_else(Problem::not_found);
    }
    let file = Files::get(&name).ok_or_else(Problem::not_found)?;
    let etag = format!("W/\"{}\"", hex(&file.metadata.sha256_hash()));
    let head = |mut response: HttpResponseBuilder| {
        response
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .insert_header((header::ETAG, etag.as_str()))
            .take()
    };
    if is_known(&req, &etag) {
        return Ok(head(HttpResponse::NotModified()).insert_header((header::VARY, "accept-encoding")).finish());
    }
    Ok(head(HttpResponse::Ok()).content_type(media_type(&name)).body(file.data.into_owned()))
}

fn is_known(req: &HttpRequest, etag: &str) -> bool {
    let known = req.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| known == "*" || known.contains(etag))
}

/// The path that a file of another release has in this one. Earlier releases had no folder for each slice.
fn present(name: &str) -> Option<String> {
    let is_there = |name: &String| Files::get(name).is_some();
    let base = name.rsplit('/').next().unwrap_or_default();
    let moved = FOLDERS.into_iter().map(|folder| format!("{folder}/{base}"));
    std::iter::once(name.to_owned()).chain(moved).find(is_there)
}

/// A page of an earlier release asks for a file of that release, which is gone: lead it to the present file.
fn to_current(name: &str) -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, format!("{}/{name}", prefix()))).finish()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
