//! Choosing by chance.

use crate::{Random, SeatNo};

/// True so many times in a hundred.
pub(super) fn chance(percent: usize, random: &mut dyn Random) -> bool {
    random.below(100) < percent
}

/// One of them; `None` where there is none.
pub(super) fn pick<T: Copy>(items: &[T], random: &mut dyn Random) -> Option<T> {
    if items.is_empty() { None } else { items.get(random.below(items.len())).copied() }
}

/// The score of whom a bot would not choose at all.
pub(super) const NEVER: i32 = -1_000;

/// One of `seats`: the more a score stands above -6, the likelier, by its square. Below that somebody is unlikely, at `NEVER` impossible.
pub(super) fn lean(seats: &[SeatNo], score: impl Fn(SeatNo) -> i32, random: &mut dyn Random) -> Option<SeatNo> {
    let weigh = |seat: SeatNo| match score(seat) {
        ..=NEVER => 0,
        score => usize::try_from(score.saturating_add(6).clamp(1, 200)).unwrap_or(1).pow(2),
    };
    let weighed: Vec<_> = seats.iter().map(|&seat| (seat, weigh(seat))).collect();
    let total: usize = weighed.iter().map(|(_, weight)| weight).sum();
    if total == 0 {
        return None;
    }
    let mut left = random.below(total);
    for (seat, weight) in weighed {
        if left < weight {
            return Some(seat);
        }
        left -= weight;
    }
    None
}

/// Who has the highest score; among equals, chance decides.
pub(super) fn best(seats: &[SeatNo], score: impl Fn(SeatNo) -> i32, random: &mut dyn Random) -> Option<SeatNo> {
    let highest = seats.iter().map(|&seat| score(seat)).max()?;
    let equals: Vec<_> = seats.iter().copied().filter(|&seat| score(seat) == highest).collect();
    pick(&equals, random)
}
