//! The turns of bots.

use lang::Lang;
use mafia_rules::{Command, Game, Move, Pace, Phase, PublicRecord, Random, Seat, SeatNo, bot_move, my_view, public_view};
use store::Timestamp;

use crate::{saved::Saved, texts::texts};

/// Returns the next bot move; `None` if no bot wants to move before the next event. Each bot sees only its own seat's views.
pub(crate) fn next_move(saved: &Saved, random: &mut dyn Random) -> Option<(SeatNo, Command)> {
    let game = &saved.game;
    let public = public_view(game);
    let record = PublicRecord::of(&saved.public_events);
    let bots: Vec<_> = game.living().filter(|&seat| game.seat(seat).is_some_and(Seat::is_bot)).collect();
    let first = random.below(bots.len().max(1));
    let from_first = bots.iter().cycle().skip(first).take(bots.len());
    for &seat in from_first {
        let Some(mine) = my_view(game, seat) else { continue };
        if let Move::Do(command) = bot_move(&public, &mine, &record, random) {
            return Some((seat, command));
        }
    }
    None
}

/// The pause before the next bot move, in milliseconds. Shorter if the phase waits for many bots: otherwise a night could end before all of
/// them have acted.
pub(crate) fn pause(game: &Game, random: &mut dyn Random) -> Timestamp {
    let (least, more) = match game.setup.options.bots {
        Pace::Calm => (1_200, 2_800),
        Pace::Quick => (250, 500),
        Pace::Instant => (0, 1),
    };
    let pause = least + Timestamp::try_from(random.below(more)).unwrap_or(0);
    if !matches!(game.phase, Phase::Night | Phase::Vote | Phase::Ballot) {
        return pause;
    }
    let bots = game.living().filter(|&seat| game.seat(seat).is_some_and(Seat::is_bot)).count();
    pause * 2 / Timestamp::try_from(bots + 1).unwrap_or(2)
}

/// A name that no player at the table has.
pub(crate) fn name(game: &Game, random: &mut dyn Random) -> String {
    let taken: Vec<_> = game.seats.iter().map(|seat| seat.player.name.as_str()).collect();
    free_name(&taken, random)
}

/// A new name of at most 20 characters that is not in `taken`. Its language follows the script of the taken names.
fn free_name(taken: &[&str], random: &mut dyn Random) -> String {
    let lang = taken.iter().find_map(|name| Lang::of_letters(name)).unwrap_or_default();
    let names = &texts(lang).bot_names;
    let free = |name: &str| !taken.contains(&name);
    let unused: Vec<_> = names.iter().filter(|name| free(name)).collect();
    if !unused.is_empty() {
        return unused.get(random.below(unused.len())).map(|name| (*name).clone()).unwrap_or_default();
    }
    // All names of the list are taken: number them.
    let numbered = (2..).flat_map(|number: u32| names.iter().map(move |name| format!("{name} {number}")));
    numbered.into_iter().find(|name| free(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use lang::Lang;
    use mafia_rules::MAX_PLAYERS;

    use super::free_name;

    /// A different number at each call.
    fn rng() -> impl FnMut(usize) -> usize {
        let mut calls = 6;
        move |bound| {
            calls += 7;
            calls % bound
        }
    }

    #[test]
    fn a_full_table_of_bots_has_short_unique_names() {
        for (host, lang) in [("Minsu", None), ("민수", Some(Lang::Ko))] {
            let mut rng = rng();
            let mut names = vec![host.to_owned()];
            while names.len() < MAX_PLAYERS {
                let taken: Vec<_> = names.iter().map(String::as_str).collect();
                let name = free_name(&taken, &mut rng);
                assert!(!taken.contains(&name.as_str()), "{name} is taken");
                assert_eq!(Lang::of_letters(&name), lang, "{name}");
                assert!((1..=20).contains(&name.chars().count()), "{name}");
                names.push(name);
            }
        }
    }

    #[test]
    fn numbers_bot_names_when_all_are_taken() {
        let mut rng = rng();
        let mut names: Vec<String> = Vec::new();
        for _ in 0..100 {
            let taken: Vec<_> = names.iter().map(String::as_str).collect();
            let name = free_name(&taken, &mut rng);
            assert!(!taken.contains(&name.as_str()) && name.chars().count() <= 20, "{name}");
            names.push(name);
        }
    }
}
