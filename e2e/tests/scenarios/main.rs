//! Scenarios of a whole site.

mod access_log;
mod balancers;
mod canary;
mod clocks;
mod connections;
mod container;
mod database;
mod deploy_files;
mod django;
mod doctor;
mod drain;
mod full_disk;
mod game;
mod heroku;
mod load;
mod local;
mod meeting;
mod metrics;
mod platforms;
mod pooler;
mod processes;
mod procfile;
mod proxy;
mod redis;
mod refusals;
mod schema;
mod secrets;
mod service_manager;
mod socket_tokens;
mod starting;
mod take_over;

/// Runs each scenario on SQLite and on PostgreSQL.
macro_rules! on_both_databases {
    ($($scenario:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $scenario() { super::$scenario(e2e::Data::sqlite()).await })+
        }
        mod on_postgres {
            $(#[tokio::test] async fn $scenario() { super::$scenario(e2e::Data::postgres().await).await })+
        }
    };
}
pub(crate) use on_both_databases;

/// Runs each scenario, which takes what `CHANNEL_LAYER` is set to, over both dialects.
macro_rules! in_both_dialects {
    ($($scenario:ident),+ $(,)?) => {
        mod over_pubsub {
            $(#[tokio::test] async fn $scenario() { super::$scenario("redis-pubsub").await })+
        }
        mod over_core {
            $(#[tokio::test] async fn $scenario() { super::$scenario("redis-core").await })+
        }
    };
}
pub(crate) use in_both_dialects;
