//! All tests for each combination: both dialects, one host and two, with and without encryption, MessagePack and JSON.

use crate::{
    direct,
    fleet::{Fleet, Setup},
    general, groups, values,
};

const SECRETS: &[&str] = &["the one that encrypts", "an older one"];

async fn everything(setup: Setup) {
    let fleet = Fleet::start(setup).await;
    groups::each_member_gets_each_message_once_and_in_order(&fleet).await;
    groups::groups_whose_names_begin_alike_do_not_mix(&fleet).await;
    groups::a_member_that_left_gets_nothing(&fleet).await;
    direct::python_receives_our_messages_to_its_channel(&fleet).await;
    direct::receives_pythons_messages_to_channel_and_address(&fleet).await;
    general::both_sides_read_each_others_messages(&fleet).await;
    general::a_general_channel_can_be_a_member(&fleet).await;
    values::both_ways(&fleet).await;
}

macro_rules! combinations {
    ($($name:ident: $setup:expr;)+) => {
        $(
            #[tokio::test]
            async fn $name() {
                everything($setup).await;
            }
        )+
    };
}

combinations! {
    core: Setup::core();
    core_json: Setup::core().json();
    core_encrypted: Setup::core().keys(SECRETS);
    core_encrypted_json: Setup::core().keys(SECRETS).json();
    core_two_hosts: Setup::core().two_hosts();
    core_two_hosts_json: Setup::core().two_hosts().json();
    core_two_hosts_encrypted: Setup::core().two_hosts().keys(SECRETS);
    core_two_hosts_encrypted_json: Setup::core().two_hosts().keys(SECRETS).json();
    pubsub: Setup::pubsub();
    pubsub_json: Setup::pubsub().json();
    pubsub_encrypted: Setup::pubsub().keys(SECRETS);
    pubsub_encrypted_json: Setup::pubsub().keys(SECRETS).json();
    pubsub_two_hosts: Setup::pubsub().two_hosts();
    pubsub_two_hosts_json: Setup::pubsub().two_hosts().json();
    pubsub_two_hosts_encrypted: Setup::pubsub().two_hosts().keys(SECRETS);
    pubsub_two_hosts_encrypted_json: Setup::pubsub().two_hosts().keys(SECRETS).json();
}
