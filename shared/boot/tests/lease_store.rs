//! The store of presence that matches the layer.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::sync::Arc;

use catamaran::{ChannelLayer, GroupName, InMemoryLayer, LayerConfig};
use catamaran_boot::{
    Flags, Program, Role, Settings, lease_store,
    settings::{ChannelSettings, read_vars},
};
use catamaran_presence::Presence;
use testbed::{Redis, RedisCluster, RedisOptions, Sentinels};

fn settings(variables: &[(&str, &str)]) -> ChannelSettings {
    let environment = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let (program, flags) = (Program::new("test", "1", Role::Both), Flags::default());
    read_vars(environment, |reader| Settings::read(reader, program, &flags)).unwrap().channels
}

fn process(settings: &ChannelSettings) -> Presence {
    let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
    Presence::new(layer, lease_store(settings).unwrap())
}

/// A member that enters through one process is listed by another one with the same settings.
async fn assert_shared(variables: &[(&str, &str)]) {
    let (settings, board) = (settings(variables), GroupName::parse("board.7").unwrap());
    let (one, other) = (process(&settings), process(&settings));
    one.renew().await.unwrap();
    let here = one.enter(&board, "ann", &()).await.unwrap();
    assert_eq!(other.list::<()>(&board).await.unwrap().len(), 1, "{variables:?}");
    here.leave().await;
}

#[tokio::test]
async fn the_memory_layer_keeps_presence_in_memory() {
    let (presence, board) = (process(&settings(&[("CHANNEL_LAYER", "memory")])), GroupName::parse("board.7").unwrap());
    presence.renew().await.unwrap();
    let _here = presence.enter(&board, "ann", &()).await.unwrap();
    assert_eq!(presence.list::<()>(&board).await.unwrap().len(), 1);
}

#[tokio::test]
async fn layers_in_redis_keep_presence_there_under_their_prefix() {
    let redis = Redis::start_with(RedisOptions { tls: true, password: Some("sesame".into()), ..RedisOptions::default() }).await;
    for layer in ["redis-pubsub", "redis-core"] {
        let variables =
            [("CHANNEL_LAYER", layer), ("REDIS_URL", &redis.url()), ("REDIS_TLS_INSECURE", "true"), ("CHANNEL_PREFIX", "kanri")];
        assert_shared(&variables).await;
    }
    let keys = redis.cli(&["KEYS", "*"]).await;
    assert!(!keys.trim().is_empty() && keys.lines().all(|key| key.starts_with("kanri.presence.")), "{keys}");
}

#[tokio::test]
async fn a_cluster_keeps_presence_on_the_node_of_its_slot() {
    let cluster = RedisCluster::start().await;
    for url in cluster.urls() {
        assert_shared(&[("CHANNEL_LAYER", "redis-cluster"), ("REDIS_URL", &url)]).await;
    }
}

#[tokio::test]
async fn sentinels_name_the_master_that_keeps_presence() {
    let sentinels = Sentinels::start().await;
    let urls = sentinels.urls().join(",");
    let master = sentinels.master_name();
    assert_shared(&[("CHANNEL_LAYER", "redis-pubsub"), ("REDIS_URL", &urls), ("REDIS_SENTINEL_MASTER", master)]).await;
}
