//! Counts the commands that Redis executes.

use std::collections::BTreeMap;

use testbed::Redis;

/// Commands that do not belong to the measured calls: waiting readers, health checks, setups of connections, and our own queries.
const BACKGROUND: [&str; 10] = [
    "bzpopmin",
    "zpopmin",
    "role",
    "ping",
    "hello",
    "client|setinfo",
    "client|setname",
    "client|maint_notifications",
    "info",
    "config|resetstat",
];

/// The number of executions of each command.
pub(crate) type Commands = BTreeMap<String, u64>;

/// The cost of one side of the comparison.
pub(crate) struct Cost {
    pub(crate) client: String,
    pub(crate) sockets: usize,
    pub(crate) join: Commands,
    pub(crate) members: usize,
    pub(crate) send: Commands,
    pub(crate) bytes: u64,
}

impl Cost {
    pub(crate) fn print_head() {
        println!("| client | sockets | commands to join | members in Redis | commands of a group_send | bytes to Redis |");
        println!("| --- | --- | --- | --- | --- | --- |");
    }

    pub(crate) fn print(&self) {
        let Self { client, sockets, join, members, send, bytes } = self;
        println!("| {client} | {sockets} | {} | {members} | {} | {bytes} |", shown(join), shown(send));
    }
}

pub(crate) fn shown(commands: &Commands) -> String {
    let sum: u64 = commands.values().sum();
    let each: Vec<_> = commands.iter().map(|(name, calls)| format!("{calls} {name}")).collect();
    format!("{sum}: {}", each.join(", "))
}

pub(crate) fn counts(each: &[(&str, u64)]) -> Commands {
    each.iter().map(|(name, calls)| ((*name).to_owned(), *calls)).collect()
}

/// Returns the commands since the last count, without [`BACKGROUND`].
pub(crate) async fn counted(redis: &Redis) -> Commands {
    let mut commands = redis.commands().await;
    commands.retain(|name, _| !BACKGROUND.contains(&name.as_str()));
    redis.reset_commands().await;
    commands
}

/// Returns the bytes that Redis receives meanwhile, without our own query. A health check may come in between.
pub(crate) async fn bytes_of(redis: &Redis, doing: impl Future<Output = ()>) -> u64 {
    let bytes_in = async || redis.info("total_net_input_bytes").await.unwrap().parse::<u64>().unwrap();
    let (first, before) = (bytes_in().await, bytes_in().await);
    doing.await;
    bytes_in().await.saturating_sub(before + (before - first))
}
