//! Random choices.

use crate::{Random, SeatNo};

/// Returns true in `percent` of 100 cases.
pub(super) fn chance(percent: usize, random: &mut dyn Random) -> bool {
    random.below(100) < percent
}

/// Picks one item; `None` if `items` is empty.
pub(super) fn pick<T: Copy>(items: &[T], random: &mut dyn Random) -> Option<T> {
    if items.is_empty() { None } else { items.get(random.below(items.len())).copied() }
}

/// A seat with this score is never picked.
pub(super) const NEVER: i32 = -1_000;

/// Picks one seat, weighted by the square of (score + 6). Scores at or below -6 are unlikely; `NEVER` is impossible.
pub(super) fn pick_weighted(seats: &[SeatNo], score: impl Fn(SeatNo) -> i32, random: &mut dyn Random) -> Option<SeatNo> {
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

/// Picks the seat with the highest score, and a random one among equals.
pub(super) fn pick_best(seats: &[SeatNo], score: impl Fn(SeatNo) -> i32, random: &mut dyn Random) -> Option<SeatNo> {
    let highest = seats.iter().map(|&seat| score(seat)).max()?;
    let equals: Vec<_> = seats.iter().copied().filter(|&seat| score(seat) == highest).collect();
    pick(&equals, random)
}
