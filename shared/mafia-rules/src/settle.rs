//! Evaluates votes.

use std::collections::BTreeMap;

use crate::{Ballot, Point, SeatNo};

/// Returns the mafia's victim: the seat with the most pointers; among equals, the one that was pointed at first.
pub fn victim(points: &[Point]) -> Option<SeatNo> {
    let mut counted: BTreeMap<SeatNo, (usize, u32)> = BTreeMap::new();
    for point in points {
        let (count, first) = counted.entry(point.target).or_insert((0, u32::MAX));
        *count += 1;
        *first = (*first).min(point.order);
    }
    counted.into_iter().max_by_key(|(_, (count, first))| (*count, std::cmp::Reverse(*first))).map(|(target, _)| target)
}

/// Returns the seat with the most votes. Abstentions do not count; a tie accuses no player.
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

/// The result of a ballot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The seats that voted yes.
    pub yes: Vec<SeatNo>,
    /// The seats that voted no.
    pub no: Vec<SeatNo>,
    /// More players voted yes than no. Abstentions do not count, and a tie spares the accused.
    pub dies: bool,
}

/// Counts a ballot.
pub fn verdict(ballots: &BTreeMap<SeatNo, Ballot>) -> Verdict {
    let of = |wanted: Ballot| ballots.iter().filter(|(_, choice)| **choice == wanted).map(|(&seat, _)| seat).collect();
    let (yes, no): (Vec<_>, Vec<_>) = (of(Ballot::Yes), of(Ballot::No));
    let dies = yes.len() > no.len();
    Verdict { yes, no, dies }
}
