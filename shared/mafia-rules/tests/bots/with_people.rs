//! Bots play with human players, who make legal moves, wait or leave.

use mafia_rules::{Act, Ballot, Can, Command, Phase, Random, SeatNo, can};

use crate::{seed::Seed, table::Table};

#[test]
fn bots_move_legally_and_never_keep_people_waiting() {
    for seed in 0..400 {
        let mut chance = Seed(seed);
        let (players, setup) = chance.setup();
        let people = 1 + chance.below(players - 1);
        let mut table = Table::started(players, people, &setup, seed);
        while table.game.phase != Phase::Over {
            let phase = table.game.phase;
            table.bots_move();
            for _ in 0..chance.below(2 * people) {
                if table.game.phase == phase {
                    person_moves(&mut table, &mut chance);
                }
            }
            if table.game.phase == phase {
                table.bots_move();
            }
            if table.game.phase == phase {
                assert_bots_are_done(&table);
                table.time_passes();
            }
        }
    }
}

fn assert_bots_are_done(table: &Table) {
    let game = &table.game;
    for seat in game.living().filter(|&seat| game.seat(seat).unwrap().is_bot()) {
        let is_done = match game.phase {
            Phase::Night => game.night.done.contains(&seat),
            Phase::Vote => game.votes.contains_key(&seat),
            Phase::Ballot => game.accused == Some(seat) || game.ballots.contains_key(&seat),
            Phase::Defence => game.accused != Some(seat),
            _ => true,
        };
        assert!(is_done, "bot {seat} keeps people waiting in {:?}", game.phase);
    }
}

fn person_moves(table: &mut Table, chance: &mut Seed) {
    let people: Vec<SeatNo> = table.game.awaited().filter(|&seat| !table.game.seat(seat).unwrap().is_bot()).collect();
    let Some(seat) = one_of(&people, chance) else { return };
    if chance.below(100) == 0 {
        table.does(seat, &Command::Leave);
    } else if let Some(can) = one_of(&can(&table.game, seat), chance) {
        let command = command(&can, chance);
        if !changes_nothing(table, seat, &command) {
            table.does(seat, &command);
        }
    }
}

/// Whether the command would change nothing.
fn changes_nothing(table: &Table, seat: SeatNo, command: &Command) -> bool {
    match command {
        Command::Vote { target } => table.game.votes.get(&seat) == Some(target),
        Command::Do { target, .. } => table.game.night.target_of(seat) == Some(*target),
        _ => false,
    }
}

fn command(can: &Can, chance: &mut Seed) -> Command {
    let target = one_of(&can.targets, chance);
    match (can.act, target) {
        (Act::NightAction(action), Some(target)) => Command::Do { action, target },
        (Act::Shorten, _) => Command::Shorten,
        (Act::Lengthen, _) => Command::Lengthen,
        (Act::Vote, target) => Command::Vote { target },
        (Act::Finish, _) => Command::Finish,
        (Act::Ballot, _) => Command::Ballot { choice: if chance.flip() { Ballot::Yes } else { Ballot::No } },
        _ => Command::Sleep,
    }
}

fn one_of<T: Clone>(items: &[T], chance: &mut Seed) -> Option<T> {
    if items.is_empty() { None } else { Some(items[chance.below(items.len())].clone()) }
}
