#![doc = include_str!("../README.md")]

mod authority;
mod balancer;
mod binaries;
mod certificate;
mod cleanup;
mod environment;
mod eventually;
mod fault_proxy;
mod flood;
mod pgbouncer;
mod ports;
mod postgres;
mod process;
mod program;
mod python;
mod redis;
mod redis_cluster;
mod script;
mod sentinels;
mod small_disk;
mod user;

pub use authority::{Authority, Issued};
pub use balancer::{Balancer, BalancerKind, Upstreams};
pub use eventually::eventually;
pub use fault_proxy::FaultProxy;
pub use flood::{ENDLESS_BODIES, Flooded, flood};
pub use pgbouncer::{PgBouncer, PgBouncerRelease, PoolMode};
pub use ports::free_port;
pub use postgres::Postgres;
pub use program::Program;
pub use python::{Dialect, Host, PeerOptions, PythonPeer, deploy_tool, schemathesis};
pub use redis::{Redis, RedisOptions};
pub use redis_cluster::RedisCluster;
pub use script::Script;
pub use sentinels::Sentinels;
pub use small_disk::SmallDisk;
