//! What the store promises, on both databases. A test takes a [`Place`]: a new database of one kind, in which it opens as many
//! stores as it needs.

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
mod place;
mod pooler;
mod presence;
mod refusals;
mod rooms;
mod sessions;
mod sqlite_file;
mod users;

/// Runs each of the tests on SQLite, on PostgreSQL, and on PostgreSQL through a pooler in both of its modes.
macro_rules! on_all {
    ($($family:ident: $($test:ident),+;)+) => {
        mod sqlite {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::place::Place::sqlite()).await;
                }
            )+ })+
        }
        mod postgres {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::place::Place::postgres().await).await;
                }
            )+ })+
        }
        mod pooled_sessions {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::place::Place::pooled_sessions().await).await;
                }
            )+ })+
        }
        mod pooled_transactions {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::place::Place::pooled_transactions().await).await;
                }
            )+ })+
        }
    };
}

on_all! {
    migrations: may_run_again, run_once_when_many_start_together, that_come_later_run_once_too, stop_at_a_newer_database;
    refusals: another_program_s_migrations_are_named, another_program_s_tables_are_named, a_migration_that_was_edited_is_named;
    full_disk: a_caller_that_gives_up_leaves_no_transaction_behind;
    users: are_renamed_everywhere, that_do_not_exist_cannot_be_renamed, know_their_rooms, are_found_by_id;
    sessions: are_found_by_their_token, end_when_they_expire, end_when_they_are_revoked, of_nobody_are_refused,
        live_ones_are_picked_from_many, are_purged_after_their_end, are_found_by_many_tokens, that_are_replaced_at_once_leave_one;
    lookups: of_many_at_once_are_few_questions, one_by_one_are_a_question_each, are_held_each_to_its_own_time, may_be_given_up,
        fail_together_and_work_again;
    rooms: have_their_owner_as_first_member, with_a_taken_code_are_refused, are_found_by_code_and_by_id,
        are_listed_by_newest_activity;
    members: join_once, are_listed_in_order, leave_and_return, of_a_room_that_does_not_exist_are_refused,
        never_exceed_the_capacity, that_join_twice_at_once_count_once, that_come_and_go_at_once_are_counted_right;
    messages: are_numbered_from_one, of_outsiders_are_refused, sent_again_are_stored_once, sent_twice_at_once_are_stored_once,
        share_a_client_id_only_with_themselves, at_once_leave_no_hole, keep_every_sign, move_the_room_s_activity_forward_only,
        come_in_pages, carry_the_sender_s_newest_name;
    presence: begins_and_ends, counts_a_person_once_over_processes, hangs_on_the_lease, of_outsiders_is_refused,
        of_strange_groups_and_keys_is_refused, needs_a_lease, ends_with_the_membership, ends_with_the_process,
        of_many_ends_with_the_process, passes_over_those_who_leave_meanwhile, of_the_previous_version_counts_too;
    games: are_found_by_code_and_by_id, with_a_taken_code_are_refused, change_version_by_version,
        keep_many_events_of_one_change, that_are_due_come_longest_overdue_first, that_never_began_are_deleted,
        that_never_began_are_deleted_however_many, that_fail_are_tried_later_and_later;
    game_changes: that_are_refused_write_nothing, of_one_version_are_written_once, wait_for_each_other,
        that_come_to_nothing_let_the_next_one_in;
    game_updates: come_by_version_stream_and_number, of_a_stream_come_in_pages, are_announced_in_order,
        that_nobody_announced_are_found, are_purged_after_the_end;
    game_records: list_open_games_first, do_not_tell_by_their_order_when_somebody_acts, show_a_game_as_it_was_last_changed, know_where_a_person_sits, of_nobody_are_refused,
        count_finished_games_by_role, count_a_game_from_its_end_on;
    game_presence: of_two_processes_is_listed_once, needs_a_game_and_a_user, of_a_killed_process_does_not_count, goes_with_the_game,
        of_a_host_is_missed_since_the_last_went, changes_while_all_else_goes_on;
}
