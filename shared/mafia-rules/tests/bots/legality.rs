//! Games of bots play by the rules and end.

use mafia_rules::{MAX_DAYS, Phase};

use crate::{seed::Seed, table::Table};

/// Plays a game of bots. Each move is legal: otherwise `Table::does` panics.
pub(crate) fn play(mut table: Table) -> Table {
    while table.game.phase != Phase::Over {
        assert!(table.game.day <= MAX_DAYS);
        table.one_phase();
    }
    table
}

#[test]
fn games_of_bots_end_without_waiting_for_a_deadline() {
    for seed in 0..1_000 {
        let mut chance = Seed(seed);
        let (players, setup) = chance.setup();
        let table = play(Table::started(players, 0, &setup, seed));
        assert!(table.game.winner.is_some());
    }
}
