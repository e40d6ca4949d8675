//! What a server tells about itself.

use std::collections::BTreeMap;

use super::Redis;

impl Redis {
    /// How often each command has run since the start or [`Redis::reset_commands`], commands inside of scripts included.
    /// Names are in lower case, subcommands as `client|list`. The questions of this type count too: `info`,
    /// `config|resetstat`, `auth` where there is a password.
    ///
    /// # Panics
    /// As [`Redis::cli`].
    pub async fn commands(&self) -> BTreeMap<String, u64> {
        let text = self.cli(&["INFO", "commandstats"]).await;
        text.lines().filter_map(calls).collect()
    }

    /// Begins to count anew.
    ///
    /// # Panics
    /// As [`Redis::cli`].
    pub async fn reset_commands(&self) {
        self.cli(&["CONFIG", "RESETSTAT"]).await;
    }

    /// The names of the keys that fit a pattern (`*` for all), in order.
    ///
    /// # Panics
    /// As [`Redis::cli`].
    pub async fn keys(&self, pattern: &str) -> Vec<String> {
        let text = self.cli(&["KEYS", pattern]).await;
        let mut names: Vec<_> = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        names.sort();
        names
    }

    /// One field of `INFO`, for example `role` or `used_memory`; `None` where the server has none of that name, or does not
    /// answer.
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
