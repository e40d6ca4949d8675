//! The store's tests on both databases. Each test gets a new [`TestDatabase`], and opens as many stores as it needs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod full_disk;
mod game_changes;
mod game_presence;
mod game_records;
mod game_updates;
mod games;
mod leases;
mod lookups;
mod members;
mod messages;
mod migrations;
mod outage;
mod pooler;
mod presence;
mod refusals;
mod rooms;
mod sessions;
mod socket_tokens;
mod sqlite_file;
mod test_database;
mod users;

/// Runs each of the tests on SQLite, on PostgreSQL, and on PostgreSQL through a pooler in both modes.
macro_rules! on_all {
    ($($family:ident: $($test:ident),+;)+) => {
        mod sqlite {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::test_database::TestDatabase::sqlite()).await;
                }
            )+ })+
        }
        mod postgres {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::test_database::TestDatabase::postgres().await).await;
                }
            )+ })+
        }
        mod pooled_sessions {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::test_database::TestDatabase::pooled_sessions().await).await;
                }
            )+ })+
        }
        mod pooled_transactions {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::test_database::TestDatabase::pooled_transactions().await).await;
                }
            )+ })+
        }
    };
}

on_all! {
    migrations: may_run_again, run_once_when_many_start_together, run_once_on_an_older_database,
        let_a_program_start_on_a_later_schema, refuse_a_schema_that_lost_what_the_program_needs,
        refuse_a_later_schema_without_one_of_ours, are_awaited_by_a_program_that_only_checks,
        keep_what_the_previous_release_wrote, keep_the_previous_release_running;
    refusals: report_migrations_of_another_program, report_tables_of_another_program, report_an_edited_migration;
    full_disk: a_cancelled_caller_leaves_no_transaction_open;
    users: are_renamed_everywhere, refuse_to_rename_unknown_users, list_their_rooms, are_found_by_id;
    sessions: are_found_by_their_token, are_found_by_their_id, end_when_they_expire, end_when_they_are_revoked, refuse_unknown_users,
        select_the_valid_ones_from_many, are_purged_after_their_end, are_found_by_many_tokens, leave_one_after_concurrent_replacements;
    socket_tokens: are_used_once, are_used_once_by_concurrent_processes, are_purged_after_they_expired;
    lookups: batch_concurrent_lookups, query_sequential_lookups_one_by_one, check_each_session_at_its_own_time, survive_cancelled_lookups,
        fail_together_and_recover;
    rooms: have_their_owner_as_first_member, with_a_taken_code_are_refused, are_found_by_code_and_by_id,
        are_listed_by_newest_activity;
    members: join_once, are_listed_in_order, leave_and_return, refuse_an_unknown_room,
        never_exceed_the_capacity, count_concurrent_joins_of_a_user_once, count_concurrent_joins_and_leaves;
    messages: are_numbered_from_one, refuse_non_members, store_a_repeated_message_once, store_a_concurrently_repeated_message_once,
        scope_client_ids_to_user_and_room, number_concurrent_messages_without_gaps, keep_every_character, never_move_the_room_s_activity_back,
        come_in_pages, have_the_sender_s_current_name;
    presence: begins_and_ends, counts_a_user_of_two_processes_once, ends_when_the_lease_is_reaped, refuses_non_members,
        refuses_unknown_groups_and_keys, needs_a_lease, ends_with_the_membership, ends_with_the_process,
        ends_for_many_groups_with_the_process, excludes_users_who_leave_concurrently, counts_presence_of_the_previous_release;
    games: are_found_by_code_and_by_id, with_a_taken_code_are_refused, change_version_by_version,
        keep_many_events_of_one_change, list_due_games_by_due_time, delete_unstarted_games,
        delete_many_unstarted_games, retry_failed_games_after_growing_pauses;
    game_changes: refused_changes_write_nothing, writes_each_version_once, concurrent_changes_wait_for_each_other,
        a_released_lock_admits_the_next_change;
    game_updates: come_by_version_stream_and_number, of_a_stream_come_in_pages, are_announced_in_order,
        find_unannounced_games, are_purged_after_the_end;
    game_records: list_open_games_first, order_reveals_no_secret_action, show_a_game_as_it_was_last_changed, list_the_games_of_a_user, refuse_unknown_users,
        count_finished_games_by_role, count_a_game_from_its_end_on;
    game_presence: lists_a_user_of_two_processes_once, needs_a_game_and_a_user, a_killed_process_counts_until_it_is_reaped, goes_with_the_game,
        keeps_the_last_departure_of_a_host, concurrent_changes_cause_no_deadlock;
}
