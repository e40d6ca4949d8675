//! Private authorities and client certificates, for each way to find Redis.

use catamaran::LayerConfig;
use catamaran_redis::{RedisHosts, RedisTls};
use testbed::{Authority, Issued, Redis, RedisCluster, RedisOptions, Sentinels};

use crate::{
    both_dialects,
    fleet::{Dialect, down_because, eventually_receives, member, quick, roomy, up},
};

both_dialects!(
    trusts_a_named_private_authority,
    sends_a_client_certificate,
    refuses_a_certificate_for_another_name,
    refuses_an_expired_certificate,
    names_a_tls_mismatch,
    reads_tls_parameters_of_several_addresses,
    uses_tls_behind_sentinels,
);

const HERE: &str = "DNS:localhost,IP:127.0.0.1";

fn file(path: &std::path::Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

fn trusting(authority: &Authority) -> RedisTls {
    RedisTls::default().with_authorities(&file(&authority.certificate())).unwrap()
}

fn with_identity_of(tls: RedisTls, issued: &Issued) -> RedisTls {
    tls.with_identity(&file(&issued.certificate), &file(&issued.key)).unwrap()
}

async fn server(certificate: &Issued, asks_clients: bool) -> Redis {
    // The test of the other dialect may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Redis::start_with(RedisOptions { certificate: Some(certificate.clone()), asks_clients, ..RedisOptions::default() }).await
}

fn at(url: &str, tls: impl Into<RedisTls>) -> RedisHosts {
    quick(RedisHosts::new(&[url], tls).unwrap())
}

async fn works(dialect: Dialect, hosts: &RedisHosts) {
    let layer = dialect.connect(hosts).await;
    let mut receiver = member(&layer, "room").await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

async fn fails(dialect: Dialect, hosts: &RedisHosts, word: &str) {
    let layer = dialect.layer(hosts, LayerConfig::default());
    down_because(&layer, word).await;
}

async fn trusts_a_named_private_authority(dialect: Dialect) {
    let (authority, other) = (Authority::new(), Authority::new());
    let redis = server(&authority.issue(HERE), false).await;
    fails(dialect, &at(&redis.url(), false), "REDIS_TLS_CA").await;
    fails(dialect, &at(&redis.url(), trusting(&other)), "REDIS_TLS_CA").await;
    works(dialect, &at(&redis.url(), trusting(&authority))).await;
}

async fn sends_a_client_certificate(dialect: Dialect) {
    let (authority, other) = (Authority::new(), Authority::new());
    let redis = server(&authority.issue(HERE), true).await;
    let tls = || trusting(&authority);
    fails(dialect, &at(&redis.url(), tls()), "REDIS_TLS_CERTIFICATE").await;
    fails(dialect, &at(&redis.url(), with_identity_of(tls(), &other.issue("DNS:client"))), "REDIS_TLS_CERTIFICATE").await;
    works(dialect, &at(&redis.url(), with_identity_of(tls(), &authority.issue("DNS:client")))).await;
}

async fn refuses_a_certificate_for_another_name(dialect: Dialect) {
    let authority = Authority::new();
    let redis = server(&authority.issue("DNS:redis.example"), false).await;
    fails(dialect, &at(&redis.url(), trusting(&authority)), "another host name").await;
    // The end of the library's text names the right host name.
    fails(dialect, &at(&redis.url(), trusting(&authority)), "redis.example").await;
    works(dialect, &at(&format!("{}?ssl_check_hostname=False", redis.url()), trusting(&authority))).await;
}

async fn refuses_an_expired_certificate(dialect: Dialect) {
    let authority = Authority::new();
    let redis = server(&authority.issue_expired(HERE), false).await;
    fails(dialect, &at(&redis.url(), trusting(&authority)), "has expired").await;
}

async fn names_a_tls_mismatch(dialect: Dialect) {
    let secure = server(&Authority::new().issue(HERE), false).await;
    fails(dialect, &at(&secure.url().replace("rediss", "redis"), false), "rediss://").await;
    let plain = Redis::start().await;
    fails(dialect, &at(&plain.url().replace("redis", "rediss"), true), "redis://").await;
}

async fn reads_tls_parameters_of_several_addresses(dialect: Dialect) {
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

async fn uses_tls_behind_sentinels(dialect: Dialect) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = Authority::new();
    let sentinels = Sentinels::start_over_tls(&authority.issue(HERE)).await;
    let urls = sentinels.urls();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let hosts = |tls: RedisTls| quick(RedisHosts::behind_sentinels(&urls, &[sentinels.master_name()], None, tls).unwrap());
    fails(dialect, &hosts(RedisTls::default()), "REDIS_TLS_CA").await;
    works(dialect, &hosts(trusting(&authority))).await;
}

#[tokio::test]
async fn uses_tls_in_a_cluster() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = Authority::new();
    let cluster = RedisCluster::start_over_tls(&authority.issue(HERE)).await;
    let urls = cluster.urls();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let hosts = |tls: RedisTls| quick(RedisHosts::cluster(&urls, 3, tls).unwrap());
    fails(Dialect::PubSub, &hosts(RedisTls::default()), "REDIS_TLS_CA").await;
    let layer = Dialect::PubSub.layer(&hosts(trusting(&authority)), roomy());
    up(&layer).await;
    let mut receiver = member(&layer, "room").await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

#[test]
fn refuses_a_key_of_another_certificate() {
    let authority = Authority::new();
    let (one, two) = (authority.issue(HERE), authority.issue(HERE));
    let fault = RedisTls::default().with_identity(&file(&one.certificate), &file(&two.key)).unwrap_err();
    assert_eq!(fault, catamaran_redis::TlsFault::OtherKey);
}
