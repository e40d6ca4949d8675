//! The application on real databases: commands, announcements, deadlines and presence.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod announcements;
mod concurrency;
mod game;
mod party;
mod presence;
mod rate_limits;
mod scheduler;

/// Runs each of the tests on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($family:ident: $($test:ident),+;)+) => {
        mod sqlite {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::party::TestDatabase::sqlite()).await;
                }
            )+ })+
        }
        mod postgres {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::party::TestDatabase::postgres().await).await;
                }
            )+ })+
        }
    };
}

on_both! {
    game: plays_records_and_replays_a_game, the_same_users_play_again, two_concurrent_requests_for_a_next_game_meet,
        a_player_who_left_does_not_play_again, recreates_a_deleted_next_table;
    concurrency: twenty_concurrent_votes_all_count, of_two_concurrent_starts_one_succeeds;
    announcements: announces_again_after_a_layer_outage, another_process_announces_a_lost_change,
        a_watermark_does_not_skip_a_lost_announcement, retries_a_refused_watermark;
    scheduler: of_many_processes_one_ends_a_phase, another_process_advances_a_game, broken_games_do_not_stop_other_games,
        a_flood_of_messages_delays_no_phase;
    rate_limits: limits_spectator_messages_of_a_user, limits_spectator_messages_of_a_table, limits_commands_of_a_user,
        a_guest_changes_nothing, limits_queries_of_a_user_or_an_address,
        missed_updates_come_in_pages;
    presence: users_are_online_until_their_process_dies, announces_users_of_a_dead_process_as_offline,
        a_reaped_process_returns_with_its_users, the_last_announced_presence_is_true, an_expired_lease_counts_until_it_is_reaped,
        of_two_concurrent_takeovers_one_succeeds, a_player_takes_over_from_an_absent_host, reconciles_the_database_with_the_open_sockets,
        announces_presence_again_after_a_layer_outage, an_absent_player_dies_at_dawn;
}
