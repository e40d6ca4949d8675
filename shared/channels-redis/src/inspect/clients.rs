//! Who is connected.

use std::{collections::HashMap, time::Duration};

use super::{InspectedHost, LookFault};

/// One connection, as `CLIENT LIST` tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientFacts {
    /// What it calls itself; this project's connections begin with `catamaran.`, those of Django have none.
    pub name: String,
    /// From where it is connected.
    pub address: String,
    /// For how long.
    pub age: Duration,
    /// Channels, patterns and shard channels that it hears.
    pub subscriptions: u64,
    /// Bytes that Redis keeps for it, since it has not read them.
    pub unsent: u64,
}

impl ClientFacts {
    /// Is it the connection by which a process of this project hears groups in the pubsub dialect?
    pub fn is_own_subscriber(&self) -> bool {
        self.name == "catamaran.subscriber"
    }

    /// Is it the connection by which a process of this project reads its key in the core dialect?
    pub fn is_own_reader(&self) -> bool {
        self.name == "catamaran.reader"
    }
}

impl InspectedHost {
    /// Every connection of a client, replicas apart.
    ///
    /// # Errors
    /// [`LookFault`].
    pub async fn clients(&self) -> Result<Vec<ClientFacts>, LookFault> {
        let mut clients = Vec::new();
        for class in ["normal", "pubsub"] {
            let text: String = self.ask(redis::cmd("CLIENT").arg("LIST").arg("TYPE").arg(class)).await?;
            clients.extend(text.lines().map(client));
        }
        Ok(clients)
    }
}

/// `id=3 addr=127.0.0.1:41592 … name=catamaran.commands age=12 … sub=0 psub=1 ssub=0 … oll=0 omem=0 …`
fn client(line: &str) -> ClientFacts {
    let fields: HashMap<&str, &str> = line.split_whitespace().filter_map(|field| field.split_once('=')).collect();
    let text = |name| fields.get(name).copied().unwrap_or_default().to_owned();
    let number = |name: &str| fields.get(name).and_then(|value| value.parse::<u64>().ok()).unwrap_or_default();
    ClientFacts {
        name: text("name"),
        address: text("addr"),
        age: Duration::from_secs(number("age")),
        subscriptions: number("sub") + number("psub") + number("ssub"),
        unsent: number("obl") + number("omem"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read() {
        let line = "id=9 addr=10.0.0.7:41592 laddr=10.0.0.1:6379 fd=8 name=catamaran.subscriber age=12 idle=1 flags=P db=0 sub=2 psub=1 \
                    ssub=0 multi=-1 qbuf=0 obl=5 oll=1 omem=20504 events=r cmd=subscribe user=default";
        let read = client(line);
        assert_eq!((read.subscriptions, read.unsent, read.age), (3, 20_509, Duration::from_secs(12)));
        assert!(read.is_own_subscriber() && !read.is_own_reader());
        assert_eq!(client("id=1"), ClientFacts::default());
    }
}
