//! Inspects a server.

use std::collections::BTreeMap;

use super::Redis;

impl Redis {
    /// Returns the number of executions of each command since the start or [`Redis::reset_commands`], including commands in scripts. Names
    /// are in lower case, subcommands as `client|list`. The queries of this type count too: `info`, `config|resetstat`, and `auth` with a
    /// password.
    ///
    /// # Panics
    /// As [`Redis::cli`].
    pub async fn commands(&self) -> BTreeMap<String, u64> {
        let text = self.cli(&["INFO", "commandstats"]).await;
        text.lines().filter_map(calls).collect()
    }

    /// Sets all counts to zero.
    ///
    /// # Panics
    /// As [`Redis::cli`].
    pub async fn reset_commands(&self) {
        self.cli(&["CONFIG", "RESETSTAT"]).await;
    }

    /// Returns the sorted names of the keys that match a pattern (`*` for all).
    ///
    /// # Panics
    /// As [`Redis::cli`].
    pub async fn keys(&self, pattern: &str) -> Vec<String> {
        let text = self.cli(&["KEYS", pattern]).await;
        let mut names: Vec<_> = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        names.sort();
        names
    }

    /// Returns one field of `INFO`, for example `role` or `used_memory`. `None` if there is no such field, or the server does not answer.
    pub async fn info(&self, field: &str) -> Option<String> {
        let text = self.ask(&["INFO", "everything"]).await.ok()?;
        text.lines().find_map(|line| Some(line.strip_prefix(field)?.strip_prefix(':')?.trim_end().to_owned()))
    }
}

/// `cmdstat_zadd:calls=3,usec=…`
fn calls(line: &str) -> Option<(String, u64)> {
    let (name, numbers) = line.strip_prefix("cmdstat_")?.split_once(':')?;
    let calls = numbers.strip_prefix("calls=")?.split(',').next()?;
    Some((name.to_owned(), calls.parse().ok()?))
}
