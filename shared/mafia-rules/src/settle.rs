//! How many voices become one.

use std::collections::BTreeMap;

use crate::{Ballot, Point, SeatNo};

/// Whom the mafia's pointing settles on: whom most of them point at; among equals, whom one of them pointed at first.
pub fn victim(points: &[Point]) -> Option<SeatNo> {
    let mut counted: BTreeMap<SeatNo, (usize, u32)> = BTreeMap::new();
    for point in points {
        let (count, first) = counted.entry(point.target).or_insert((0, u32::MAX));
        *count += 1;
        *first = (*first).min(point.order);
    }
    counted.into_iter().max_by_key(|(_, (count, first))| (*count, std::cmp::Reverse(*first))).map(|(target, _)| target)
}

/// Whom a vote accuses: who was named oftener than anybody else. Abstentions count for nothing; where two are named equally often,
/// nobody is accused.
pub fn accused(votes: &BTreeMap<SeatNo, Option<SeatNo>>) -> Option<SeatNo> {
    let mut counted: BTreeMap<SeatNo, usize> = BTreeMap::new();
    for target in votes.values().flatten() {
        *counted.entry(*target).or_default() += 1;
    }
    let most = *counted.values().max()?;
    let mut first = counted.into_iter().filter(|(_, count)| *count == most).map(|(target, _)| target);
    let oftenest = first.next();
    if first.next().is_some() { None } else { oftenest }
}

/// A ballot's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Who was for the accused's death.
    pub yes: Vec<SeatNo>,
    /// Who was against it.
    pub no: Vec<SeatNo>,
    /// More were for it. Abstentions count for nothing, and where both are equal the accused lives.
    pub dies: bool,
}

/// Counts a ballot.
pub fn verdict(ballots: &BTreeMap<SeatNo, Ballot>) -> Verdict {
    let of = |wanted: Ballot| ballots.iter().filter(|(_, choice)| **choice == wanted).map(|(&seat, _)| seat).collect();
    let (yes, no): (Vec<_>, Vec<_>) = (of(Ballot::Yes), of(Ballot::No));
    let dies = yes.len() > no.len();
    Verdict { yes, no, dies }
}
