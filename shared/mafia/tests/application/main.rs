//! The application on real databases: a command's path, the outbox, deadlines, who is connected.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod clock;
mod crowd;
mod fair;
mod outbox;
mod party;
mod presence;
mod whole;

/// Runs each of the tests on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($family:ident: $($test:ident),+;)+) => {
        mod sqlite {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::party::Place::sqlite()).await;
                }
            )+ })+
        }
        mod postgres {
            $(mod $family { $(
                #[tokio::test]
                async fn $test() {
                    crate::$family::$test(crate::party::Place::postgres().await).await;
                }
            )+ })+
        }
    };
}

on_both! {
    whole: a_game_is_played_recorded_and_replayed, the_same_people_play_again, two_who_play_again_at_once_meet,
        who_has_left_does_not_play_again, a_next_table_that_was_tidied_away_is_made_anew;
    crowd: twenty_who_act_at_once_all_count, of_two_hosts_at_once_one_starts;
    outbox: what_was_not_announced_is_announced_later, a_commit_without_its_announcement_is_announced_by_another,
        nobody_marks_what_still_waits, a_mark_that_came_too_early_is_made_up_for;
    clock: of_many_who_end_a_phase_one_does, a_game_goes_on_on_another_process, broken_games_do_not_stop_the_others,
        no_flood_of_talk_delays_a_phase;
    fair: spectators_lines_are_counted_for_a_user, spectators_lines_are_counted_for_a_table, commands_are_counted_for_a_user,
        a_client_that_is_not_signed_in_changes_nothing, questions_are_counted_for_a_user_or_an_address,
        what_was_missed_comes_in_pages;
    presence: people_are_connected_until_their_process_dies, the_table_is_told_who_went_with_their_process,
        who_was_taken_for_dead_comes_back, what_the_table_hears_last_is_true, a_lease_that_nobody_has_ended_still_counts,
        of_two_who_take_over_at_once_one_does, a_table_whose_host_is_away_is_taken_over, the_databases_list_of_sockets_is_made_true,
        what_the_layer_does_not_take_is_told_later, who_is_gone_dies_in_their_sleep;
}
