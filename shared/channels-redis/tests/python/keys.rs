//! Keys are changed while both sides run: the new one is put last everywhere, then first, then the old one is taken away.

use futures_util::future::join_all;
use testbed::{Dialect, PythonPeer};

use crate::fleet::{Layer, Terms, group, member, number, numbered, numbers, python_member, python_numbers};

const STEPS: [&[&str]; 4] = [&["old"], &["old", "new"], &["new", "old"], &["new"]];

#[tokio::test]
async fn rotated_one_side_after_the_other() {
    for dialect in [Dialect::Core, Dialect::PubSub] {
        let terms = Terms { dialect, ..Terms::core() };
        let redis = terms.redis().await;
        let ours = join_all(STEPS.map(|keys| terms.keys(keys).ours(&redis))).await;
        let pythons = join_all(STEPS.map(|keys| terms.keys(keys).python(&redis))).await;
        for step in 1..STEPS.len() {
            understand_each_other(&ours[step], &pythons[step - 1], &format!("{dialect:?}.ours.first.{step}")).await;
            understand_each_other(&ours[step - 1], &pythons[step], &format!("{dialect:?}.pythons.first.{step}")).await;
        }
    }
}

async fn understand_each_other(ours: &Layer, python: &PythonPeer, room: &str) {
    let (mut receiver, name) = (member(ours, room).await, python_member(python, room).await);
    ours.group_send(&group(room), &numbered(1)).await.unwrap();
    python.group_send(room, number(2)).await.unwrap();
    assert_eq!(numbers(&mut receiver, 2).await, [1, 2], "{room}");
    assert_eq!(python_numbers(python, &name, 2).await, [1, 2], "{room}");
}
