//! `/static/{hash}/{file}`

use actix_web::http::Method;

use crate::support::TestApp;

/// The address of the stylesheet, as the front page has it.
async fn stylesheet(app: &TestApp) -> String {
    let page = app.guest().open("/").await.page(200);
    let from = page.find("/static/").unwrap();
    let end = page[from..].find("/logo.svg").unwrap();
    format!("{}/site.css", &page[from..from + end])
}

#[actix_web::test]
async fn a_file_may_be_cached_for_ever() {
    let app = TestApp::start().await;
    let path = stylesheet(&app).await;
    let reply = app.guest().get(&path).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "text/css; charset=utf-8"));
    assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
    let etag = reply.header("etag").to_owned();
    let again = app.guest().send(Method::GET, &path, &[("if-none-match", &etag)], "").await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), etag);
    let other = app.guest().send(Method::GET, &path, &[("if-none-match", "\"x\"")], "").await;
    assert_eq!(other.status, 200);
}

#[actix_web::test]
async fn compresses_a_file_for_clients_that_accept_it() {
    let app = TestApp::start().await;
    let path = stylesheet(&app).await;
    let plain = app.guest().get(&path).await;
    let small = app.guest().send(Method::GET, &path, &[("accept-encoding", "gzip")], "").await;
    assert_eq!((plain.header("content-encoding"), small.header("content-encoding")), ("", "gzip"));
    assert!(small.body.len() < plain.body.len());
    let known = app.guest().send(Method::GET, &path, &[("if-none-match", plain.header("etag"))], "").await;
    let head = app.guest().send(Method::HEAD, &path, &[], "").await;
    for reply in [plain, small, known, head] {
        assert_eq!(reply.all("vary").iter().map(|line| line.to_lowercase()).collect::<Vec<_>>(), ["accept-encoding"]);
    }
}

#[actix_web::test]
async fn leaves_a_short_answer_uncompressed() {
    let app = TestApp::start().await;
    let reply = app.guest().send(Method::GET, "/healthz", &[("accept-encoding", "gzip")], "").await;
    assert_eq!((reply.status.as_u16(), reply.header("content-encoding")), (200, ""));
    assert!(reply.body.starts_with(b"{"), "{reply:?}");
}

#[actix_web::test]
async fn leaves_a_file_uncompressed_for_clients_that_accept_no_encoding_of_ours() {
    let app = TestApp::start().await;
    let path = stylesheet(&app).await;
    let reply = app.guest().send(Method::GET, &path, &[("accept-encoding", "br, identity;q=0")], "").await;
    assert_eq!((reply.status.as_u16(), reply.header("content-encoding")), (200, ""));
}

#[actix_web::test]
async fn redirects_an_address_of_another_release_to_the_present_file() {
    let app = TestApp::start().await;
    let path = stylesheet(&app).await;
    let reply = app.guest().get("/static/0123456789abcdef/site.css").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (307, path.as_str()));
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn redirects_an_address_without_a_folder_to_the_file_in_its_folder() {
    let app = TestApp::start().await;
    let base = stylesheet(&app).await.replace("/site/site.css", "");
    for (old, new) in [("dom.js", "site/dom.js"), ("room.js", "rooms/room.js"), ("mafia/table.js", "mafia/table.js")] {
        let reply = app.guest().get(&format!("/static/0123456789abcdef/{old}")).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (307, format!("{base}/{new}").as_str()));
    }
    app.guest().get("/static/0123456789abcdef/nothing.js").await.problem(404, "not_found");
}

#[actix_web::test]
async fn serves_nothing_outside_of_the_folder() {
    let app = TestApp::start().await;
    let path = stylesheet(&app).await;
    let folder = path.strip_suffix("/site.css").unwrap();
    for file in ["nothing.css", "../Cargo.toml", "%2e%2e/Cargo.toml", "..%2fCargo.toml", "%2fetc/passwd", ""] {
        app.guest().get(&format!("{folder}/{file}")).await.problem(404, "not_found");
    }
}

#[actix_web::test]
async fn scripts_have_a_type_that_browsers_run() {
    let app = TestApp::start().await;
    let path = stylesheet(&app).await.replace("site/site.css", "client/connection.js");
    assert_eq!(app.guest().get(&path).await.header("content-type"), "text/javascript; charset=utf-8");
}
