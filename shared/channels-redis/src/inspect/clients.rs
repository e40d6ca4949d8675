//! The connected clients.

use std::{collections::HashMap, time::Duration};

use super::{InspectFault, InspectedHost};

/// One connection of `CLIENT LIST`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientFacts {
    /// Its name. This project's connections begin with `catamaran.`, Django's have none.
    pub name: String,
    /// Its remote address.
    pub address: String,
    /// The time since it connected.
    pub age: Duration,
    /// The number of its channels, patterns and shard channels.
    pub subscriptions: u64,
    /// The bytes in its output buffer.
    pub unsent: u64,
}

impl ClientFacts {
    /// Returns whether a Catamaran process subscribes to groups over it, in the pubsub dialect.
    pub fn is_own_subscriber(&self) -> bool {
        self.name == "catamaran.subscriber"
    }

    /// Returns whether a Catamaran process reads its key over it, in the core dialect.
    pub fn is_own_reader(&self) -> bool {
        self.name == "catamaran.reader"
    }
}

impl InspectedHost {
    /// Returns every client connection, without replicas.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn clients(&self) -> Result<Vec<ClientFacts>, InspectFault> {
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
    fn reads_a_line_of_client_list() {
        let line = "id=9 addr=10.0.0.7:41592 laddr=10.0.0.1:6379 fd=8 name=catamaran.subscriber age=12 idle=1 flags=P db=0 sub=2 psub=1 \
                    ssub=0 multi=-1 qbuf=0 obl=5 oll=1 omem=20504 events=r cmd=subscribe user=default";
        let read = client(line);
        assert_eq!((read.subscriptions, read.unsent, read.age), (3, 20_509, Duration::from_secs(12)));
        assert!(read.is_own_subscriber() && !read.is_own_reader());
        assert_eq!(client("id=1"), ClientFacts::default());
    }
}
