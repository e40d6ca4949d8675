//! Random tables for this suite.

use mafia_rules::{Counts, MAX_PLAYERS, MIN_PLAYERS, Options, Random as _, Role, Setup};

#[path = "../../common/split_mix.rs"]
mod split_mix;

pub(crate) use split_mix::Seed;

impl Seed {
    /// Returns true with a probability of 1 / `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn one_of<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() { None } else { Some(items[self.below(items.len())].clone()) }
    }

    pub(crate) fn byte_below(&mut self, bound: usize) -> u8 {
        u8::try_from(self.below(bound)).unwrap()
    }

    /// A random table size, with random options and roles that it can play.
    pub(crate) fn playable(&mut self) -> (usize, Setup) {
        let players = MIN_PLAYERS + self.below(MAX_PLAYERS - MIN_PLAYERS + 1);
        loop {
            let roles = if self.once_in(3) { None } else { Some(self.counts(players)) };
            let setup = Setup { roles, options: self.options() };
            if setup.check(players).is_ok() {
                return (players, setup);
            }
        }
    }

    fn counts(&mut self, players: usize) -> Counts {
        let most = players.div_ceil(5);
        Counts::each(|role| u8::from(role == Role::Mafia) + self.byte_below(most + 1))
    }

    fn options(&mut self) -> Options {
        let mut seconds = || 1 + u32::try_from(self.below(120)).unwrap();
        Options {
            night_seconds: seconds(),
            dawn_seconds: seconds(),
            talk_seconds: seconds(),
            vote_seconds: seconds(),
            defence_seconds: seconds(),
            ballot_seconds: seconds(),
            dusk_seconds: seconds(),
            first_night_kill: self.once_in(2),
            doctor_self: self.once_in(2),
            reveal_roles: self.once_in(2),
            spectators: self.once_in(2),
            gone_after: 1 + self.byte_below(6),
            ..Options::default()
        }
    }
}
