//! Messages to one channel, whose name the sender knows.

use std::collections::BTreeSet;

use catamaran::{ChannelOptions, Target};
use testbed::Redis;

use crate::fleet::{Fleet, Setup, channel, delivery, number, number_of, numbered, numbers, python_numbers};

pub(crate) async fn python_receives_our_messages_to_its_channel(fleet: &Fleet) {
    let (first, second) = (fleet.python.new_channel().await, fleet.python.new_channel().await);
    for n in 0..10 {
        fleet.here.send(&channel(&first), &numbered(n)).await.unwrap();
        fleet.there.send(&channel(&second), &numbered(100 + n)).await.unwrap();
    }
    assert_eq!(python_numbers(&fleet.python, &first, 10).await, (0..10).collect::<Vec<_>>());
    assert_eq!(python_numbers(&fleet.python, &second, 10).await, (100..110).collect::<Vec<_>>());
}

pub(crate) async fn receives_pythons_messages_to_channel_and_address(fleet: &Fleet) {
    let mut receiver = fleet.here.new_channel(ChannelOptions::default());
    let own = receiver.name().clone();
    for n in 0..5 {
        fleet.python.send(own.as_str(), number(n)).await.unwrap();
    }
    assert_eq!(numbers(&mut receiver, 5).await, [0, 1, 2, 3, 4]);

    let address = receiver.address();
    let gone = receiver.address().name().clone();
    fleet.python.send(gone.as_str(), number(99)).await.unwrap();
    fleet.python.send(address.name().as_str(), number(5)).await.unwrap();
    let delivered = delivery(&mut receiver).await;
    assert_eq!(delivered.to, Target::Channel(address.name().clone()));
    assert_eq!(number_of(&delivered.message), 5);
    assert!(receiver.try_recv().is_none());
}

/// Upstream takes the host from the full name, but the reader's from the part up to `!`. About half of its messages would not arrive if we
/// did not read on every host.
#[tokio::test]
async fn reads_pythons_messages_on_every_host() {
    const SENT: u64 = 200;
    let fleet = Fleet::start(Setup::core().two_hosts()).await;
    let mut receiver = fleet.here.new_channel(ChannelOptions::default().with_capacity(2 * SENT as usize));
    let addresses: Vec<_> = (0..SENT).map(|_| receiver.address()).collect();
    for server in &fleet.redis {
        server.reset_commands().await;
    }
    for (n, address) in (0..).zip(&addresses) {
        fleet.python.send(address.name().as_str(), number(n)).await.unwrap();
    }
    let arrived: BTreeSet<_> = numbers(&mut receiver, SENT as usize).await.into_iter().collect();
    assert_eq!(arrived, (0..SENT).collect());

    let (first, second) = (sent_at(&fleet.redis[0]).await, sent_at(&fleet.redis[1]).await);
    println!("python sent {first} to one host and {second} to the other; {SENT} of {SENT} arrived");
    assert_eq!(first + second, SENT);
    assert!(first > SENT / 10 && second > SENT / 10, "{first} {second}");
}

/// Our messages are on the host where Python reads. Upstream's own messages are not.
#[tokio::test]
async fn sends_to_the_host_that_python_reads() {
    const SENT: u64 = 100;
    let fleet = Fleet::start(Setup::core().two_hosts()).await;
    let mut names = Vec::new();
    for _ in 0..SENT {
        names.push(fleet.python.new_channel().await);
    }
    for (n, name) in (0..).zip(&names) {
        fleet.here.send(&channel(name), &numbered(n)).await.unwrap();
    }
    for (n, name) in (0..).zip(&names) {
        assert_eq!(python_numbers(&fleet.python, name, 1).await, [n]);
    }
    for name in &names {
        fleet.python.send(name, number(0)).await.unwrap();
    }
    let mut unread = Vec::new();
    for server in &fleet.redis {
        let key = server.keys("asgispecific.*").await;
        let waiting = match key.first() {
            Some(key) => server.cli(&["ZCARD", key]).await.trim().parse::<u64>().unwrap(),
            None => 0,
        };
        unread.push(waiting);
    }
    println!("of {SENT} messages that Python sends to itself {unread:?} are on its two hosts; it reads on one");
    assert!(unread.iter().all(|waiting| *waiting > 0), "{unread:?}");
}

async fn sent_at(server: &Redis) -> u64 {
    server.commands().await.get("zadd").copied().unwrap_or_default()
}
