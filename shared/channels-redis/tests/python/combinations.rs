//! Both dialects, over one host and two, with and without encryption, in MessagePack and in JSON: each of them does everything.

use crate::{
    direct,
    fleet::{Fleet, Terms},
    general, groups, values,
};

const SECRETS: &[&str] = &["the one that encrypts", "an older one"];

async fn everything(terms: Terms) {
    let fleet = Fleet::start(terms).await;
    groups::each_member_gets_each_message_once_and_in_order(&fleet).await;
    groups::groups_whose_names_begin_alike_do_not_mix(&fleet).await;
    groups::who_has_left_gets_nothing(&fleet).await;
    direct::ours_to_a_channel_of_pythons(&fleet).await;
    direct::pythons_to_a_channel_and_to_an_address_of_ours(&fleet).await;
    general::each_reads_what_the_other_sends(&fleet).await;
    general::a_general_channel_in_a_group(&fleet).await;
    values::both_ways(&fleet).await;
}

macro_rules! combinations {
    ($($name:ident: $terms:expr;)+) => {
        $(
            #[tokio::test]
            async fn $name() {
                everything($terms).await;
            }
        )+
    };
}

combinations! {
    core: Terms::core();
    core_json: Terms::core().json();
    core_encrypted: Terms::core().keys(SECRETS);
    core_encrypted_json: Terms::core().keys(SECRETS).json();
    core_two_hosts: Terms::core().two_hosts();
    core_two_hosts_json: Terms::core().two_hosts().json();
    core_two_hosts_encrypted: Terms::core().two_hosts().keys(SECRETS);
    core_two_hosts_encrypted_json: Terms::core().two_hosts().keys(SECRETS).json();
    pubsub: Terms::pubsub();
    pubsub_json: Terms::pubsub().json();
    pubsub_encrypted: Terms::pubsub().keys(SECRETS);
    pubsub_encrypted_json: Terms::pubsub().keys(SECRETS).json();
    pubsub_two_hosts: Terms::pubsub().two_hosts();
    pubsub_two_hosts_json: Terms::pubsub().two_hosts().json();
    pubsub_two_hosts_encrypted: Terms::pubsub().two_hosts().keys(SECRETS);
    pubsub_two_hosts_encrypted_json: Terms::pubsub().two_hosts().keys(SECRETS).json();
}
