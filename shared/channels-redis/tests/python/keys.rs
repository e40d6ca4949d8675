//! Key rotation while both sides run: the new key is added last everywhere, then moved first, then the old one is removed.

use futures_util::future::join_all;
use testbed::{Dialect, PythonPeer};

use crate::fleet::{Layer, Setup, group, member, number, numbered, numbers, python_member, python_numbers};

const STEPS: [&[&str]; 4] = [&["old"], &["old", "new"], &["new", "old"], &["new"]];

#[tokio::test]
async fn keys_can_be_rotated_one_side_after_the_other() {
    for dialect in [Dialect::Core, Dialect::PubSub] {
        let setup = Setup { dialect, ..Setup::core() };
        let redis = setup.redis().await;
        let ours = join_all(STEPS.map(|keys| setup.keys(keys).ours(&redis))).await;
        let pythons = join_all(STEPS.map(|keys| setup.keys(keys).python(&redis))).await;
        for step in 1..STEPS.len() {
            assert_both_decrypt(&ours[step], &pythons[step - 1], &format!("{dialect:?}.ours.first.{step}")).await;
            assert_both_decrypt(&ours[step - 1], &pythons[step], &format!("{dialect:?}.pythons.first.{step}")).await;
        }
    }
}

async fn assert_both_decrypt(ours: &Layer, python: &PythonPeer, room: &str) {
    let (mut receiver, name) = (member(ours, room).await, python_member(python, room).await);
    ours.group_send(&group(room), &numbered(1)).await.unwrap();
    python.group_send(room, number(2)).await.unwrap();
    assert_eq!(numbers(&mut receiver, 2).await, [1, 2], "{room}");
    assert_eq!(python_numbers(python, &name, 2).await, [1, 2], "{room}");
}
