//! Private authorities and client certificates, whichever way leads to Redis.

use catamaran::LayerConfig;
use catamaran_redis::{RedisHosts, RedisTls};
use testbed::{Authority, Issued, Redis, RedisCluster, RedisOptions, Sentinels};

use crate::{
    both_dialects,
    fleet::{Dialect, down_because, hears, member, quick, roomy, up},
};

both_dialects!(
    believes_a_private_authority_that_is_named,
    shows_a_certificate_to_a_server_that_asks_for_one,
    refuses_a_certificate_for_another_name,
    refuses_an_expired_certificate,
    says_that_a_server_speaks_tls_or_does_not,
    several_hosts_and_parameters_of_an_address,
    behind_sentinels,
);

const HERE: &str = "DNS:localhost,IP:127.0.0.1";

fn file(path: &std::path::Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

fn believing(authority: &Authority) -> RedisTls {
    RedisTls::default().with_authorities(&file(&authority.certificate())).unwrap()
}

fn showing(tls: RedisTls, issued: &Issued) -> RedisTls {
    tls.with_identity(&file(&issued.certificate), &file(&issued.key)).unwrap()
}

async fn server(certificate: &Issued, asks_clients: bool) -> Redis {
    // The other dialect's test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Redis::start_with(RedisOptions { certificate: Some(certificate.clone()), asks_clients, ..RedisOptions::default() }).await
}

fn at(url: &str, tls: impl Into<RedisTls>) -> RedisHosts {
    quick(RedisHosts::new(&[url], tls).unwrap())
}

async fn works(dialect: Dialect, hosts: &RedisHosts) {
    let layer = dialect.connect(hosts).await;
    let mut receiver = member(&layer, "room").await;
    hears(&layer, &mut receiver, "room").await;
}

async fn fails(dialect: Dialect, hosts: &RedisHosts, word: &str) {
    let layer = dialect.layer(hosts, LayerConfig::default());
    down_because(&layer, word).await;
}

async fn believes_a_private_authority_that_is_named(dialect: Dialect) {
    let (authority, other) = (Authority::new(), Authority::new());
    let redis = server(&authority.issue(HERE), false).await;
    fails(dialect, &at(&redis.url(), false), "REDIS_TLS_CA").await;
    fails(dialect, &at(&redis.url(), believing(&other)), "REDIS_TLS_CA").await;
    works(dialect, &at(&redis.url(), believing(&authority))).await;
}

async fn shows_a_certificate_to_a_server_that_asks_for_one(dialect: Dialect) {
    let (authority, other) = (Authority::new(), Authority::new());
    let redis = server(&authority.issue(HERE), true).await;
    let tls = || believing(&authority);
    fails(dialect, &at(&redis.url(), tls()), "REDIS_TLS_CERTIFICATE").await;
    fails(dialect, &at(&redis.url(), showing(tls(), &other.issue("DNS:client"))), "REDIS_TLS_CERTIFICATE").await;
    works(dialect, &at(&redis.url(), showing(tls(), &authority.issue("DNS:client")))).await;
}

async fn refuses_a_certificate_for_another_name(dialect: Dialect) {
    let authority = Authority::new();
    let redis = server(&authority.issue("DNS:redis.example"), false).await;
    fails(dialect, &at(&redis.url(), believing(&authority)), "another host name").await;
    // The end of the library's text: the name that would be right.
    fails(dialect, &at(&redis.url(), believing(&authority)), "redis.example").await;
    works(dialect, &at(&format!("{}?ssl_check_hostname=False", redis.url()), believing(&authority))).await;
}

async fn refuses_an_expired_certificate(dialect: Dialect) {
    let authority = Authority::new();
    let redis = server(&authority.issue_expired(HERE), false).await;
    fails(dialect, &at(&redis.url(), believing(&authority)), "has expired").await;
}

async fn says_that_a_server_speaks_tls_or_does_not(dialect: Dialect) {
    let secure = server(&Authority::new().issue(HERE), false).await;
    fails(dialect, &at(&secure.url().replace("rediss", "redis"), false), "rediss://").await;
    let plain = Redis::start().await;
    fails(dialect, &at(&plain.url().replace("redis", "rediss"), true), "redis://").await;
}

async fn several_hosts_and_parameters_of_an_address(dialect: Dialect) {
    let authority = Authority::new();
    let (one, two) = (server(&authority.issue(HERE), true).await, server(&authority.issue(HERE), true).await);
    let Issued { certificate, key, authority } = authority.issue("DNS:client");
    let files = [("ssl_ca_certs", authority), ("ssl_certfile", certificate), ("ssl_keyfile", key)];
    let query: Vec<_> = files.iter().map(|(name, path)| format!("{name}={}", path.display())).collect();
    let urls = [one, two].map(|redis| (format!("{}?{}", redis.url(), query.join("&")), redis));
    let hosts = RedisHosts::new(&[urls[0].0.as_str(), urls[1].0.as_str()], false).unwrap();
    works(dialect, &quick(hosts)).await;
    fails(dialect, &at(urls[0].0.split('&').next().unwrap(), false), "REDIS_TLS_CERTIFICATE").await;
    works(dialect, &at(&format!("{}&ssl_cert_reqs=none", urls[0].0), false)).await;
}

async fn behind_sentinels(dialect: Dialect) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = Authority::new();
    let sentinels = Sentinels::start_over_tls(&authority.issue(HERE)).await;
    let urls = sentinels.urls();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let hosts = |tls: RedisTls| quick(RedisHosts::behind_sentinels(&urls, &[sentinels.master_name()], None, tls).unwrap());
    fails(dialect, &hosts(RedisTls::default()), "REDIS_TLS_CA").await;
    works(dialect, &hosts(believing(&authority))).await;
}

#[tokio::test]
async fn in_a_cluster() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = Authority::new();
    let cluster = RedisCluster::start_over_tls(&authority.issue(HERE)).await;
    let urls = cluster.urls();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let hosts = |tls: RedisTls| quick(RedisHosts::cluster(&urls, 3, tls).unwrap());
    fails(Dialect::PubSub, &hosts(RedisTls::default()), "REDIS_TLS_CA").await;
    let layer = Dialect::PubSub.layer(&hosts(believing(&authority)), roomy());
    up(&layer).await;
    let mut receiver = member(&layer, "room").await;
    hears(&layer, &mut receiver, "room").await;
}

#[test]
fn a_key_of_another_certificate_is_found_at_once() {
    let authority = Authority::new();
    let (one, two) = (authority.issue(HERE), authority.issue(HERE));
    let fault = RedisTls::default().with_identity(&file(&one.certificate), &file(&two.key)).unwrap_err();
    assert_eq!(fault, catamaran_redis::TlsFault::OtherKey);
}
