//! Keys are changed while both sides run: the new one is put last everywhere, then first, then the old one is taken away.

use testbed::Dialect;

use crate::fleet::{Terms, group, member, number, numbered, numbers, python_member, python_numbers};

const STEPS: [&[&str]; 4] = [&["old"], &["old", "new"], &["new", "old"], &["new"]];

#[tokio::test]
async fn rotated_one_side_after_the_other() {
    for dialect in [Dialect::Core, Dialect::PubSub] {
        for step in STEPS.windows(2) {
            for (ours, theirs) in [(step[0], step[1]), (step[1], step[0])] {
                understand_each_other(dialect, ours, theirs).await;
            }
        }
    }
}

async fn understand_each_other(dialect: Dialect, ours: &'static [&'static str], theirs: &'static [&'static str]) {
    let terms = Terms { dialect, ..Terms::core() };
    let redis = terms.redis().await;
    let (layer, python) = tokio::join!(terms.keys(ours).ours(&redis), terms.keys(theirs).python(&redis));
    let (mut receiver, name) = (member(&layer, "room").await, python_member(&python, "room").await);
    layer.group_send(&group("room"), &numbered(1)).await.unwrap();
    python.group_send("room", number(2)).await.unwrap();
    assert_eq!(numbers(&mut receiver, 2).await, [1, 2], "{dialect:?} {ours:?} {theirs:?}");
    assert_eq!(python_numbers(&python, &name, 2).await, [1, 2], "{dialect:?} {ours:?} {theirs:?}");
}
