//! The winners of bot games with the default roles.

use mafia_rules::{MAX_PLAYERS, MIN_PLAYERS, Setup, Winner};

use crate::{legality::play, table::Table};

/// Games for each table size.
const GAMES: u64 = 60;

#[test]
#[expect(clippy::print_stdout, reason = "the shares are what one wants to read")]
fn each_side_wins_a_fair_share() {
    let mut all = [0; 3];
    for players in MIN_PLAYERS..=MAX_PLAYERS {
        let won = shares(players, GAMES);
        println!("{players:2} players: mafia {:3}, citizens {:3}, joker {:3} of {GAMES}", won[0], won[1], won[2]);
        for (sum, won) in all.iter_mut().zip(won) {
            *sum += won;
        }
    }
    let games: u64 = all.iter().sum();
    println!("all: mafia {} %, citizens {} %, joker {} %", all[0] * 100 / games, all[1] * 100 / games, all[2] * 100 / games);
    assert!(all[0] * 100 >= games * 20 && all[1] * 100 >= games * 20, "mafia, citizens, joker: {all:?}");
}

fn shares(players: usize, games: u64) -> [u64; 3] {
    let mut won = [0; 3];
    for seed in 0..games {
        let table = play(Table::started(players, 0, &Setup::default(), seed));
        won[match table.game.winner.unwrap() {
            Winner::Mafia => 0,
            Winner::Citizens => 1,
            Winner::Joker => 2,
        }] += 1;
    }
    won
}
