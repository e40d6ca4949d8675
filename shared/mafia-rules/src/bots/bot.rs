//! The knowledge of one bot.

use super::public_record::PublicRecord;
use crate::{Act, Can, MyView, PublicView, Role, SeatNo, SeatView};

/// One bot at its seat, with all that it may know.
pub(super) struct Bot<'a> {
    pub(super) public: &'a PublicView,
    pub(super) mine: &'a MyView,
    pub(super) record: &'a PublicRecord,
}

impl Bot<'_> {
    pub(super) fn me(&self) -> SeatNo {
        self.mine.seat
    }

    /// Whether the bot may do this now.
    pub(super) fn may(&self, act: Act) -> bool {
        self.can(act).is_some()
    }

    /// The seats to which the bot may do this now.
    pub(super) fn targets(&self, act: Act) -> &[SeatNo] {
        self.can(act).map_or(&[], |can| &can.targets)
    }

    fn can(&self, act: Act) -> Option<&Can> {
        self.mine.can.iter().find(|can| can.act == act)
    }

    /// The other living players that have not left.
    pub(super) fn others(&self) -> Vec<SeatNo> {
        let seats = self.public.seats.iter().filter(|seat| seat.alive && !seat.left && seat.seat != self.me());
        seats.map(|seat| seat.seat).collect()
    }

    /// The living human players that have not left.
    pub(super) fn people(&self) -> impl Iterator<Item = SeatNo> + '_ {
        self.public.seats.iter().filter(|seat| seat.alive && !seat.left && !seat.bot).map(|seat| seat.seat)
    }

    pub(super) fn is_person(&self, seat: SeatNo) -> bool {
        self.people().any(|person| person == seat)
    }

    pub(super) fn has_gone(&self, seat: SeatNo) -> bool {
        self.seat(seat).is_some_and(|seat| seat.left)
    }

    pub(super) fn is_alive(&self, seat: SeatNo) -> bool {
        self.seat(seat).is_some_and(|seat| seat.alive)
    }

    /// The role of a seat, if it is public.
    pub(super) fn shown(&self, seat: SeatNo) -> Option<Role> {
        self.seat(seat).and_then(|seat| seat.role)
    }

    /// Whether the bot knows that this seat is on the mafia's side. The bot itself counts.
    pub(super) fn is_mate(&self, seat: SeatNo) -> bool {
        self.mine.team.iter().any(|mate| mate.seat == seat)
    }

    /// Whether the bot belongs to the mafia's team and knows it.
    pub(super) fn is_in_team(&self) -> bool {
        !self.mine.team.is_empty()
    }

    /// Whether this seat is mafia, if the bot knows for sure.
    pub(super) fn knows(&self, seat: SeatNo) -> Option<bool> {
        let found = || self.mine.findings.iter().find(|finding| finding.target == seat).map(|finding| finding.mafia);
        let mate = || self.mine.team.iter().find(|mate| mate.seat == seat).map(|mate| mate.role);
        let role = if seat == self.me() { Some(self.mine.role) } else { self.shown(seat).or_else(mate) };
        role.map(|role| role == Role::Mafia).or_else(found)
    }

    /// A number below `bound` that is the same for the whole day: the bot's attitude of today.
    pub(super) fn mood(&self, about: u8, bound: usize) -> usize {
        let name = self.seat(self.me()).map_or("", |seat| seat.name.as_str());
        let parts = name.bytes().chain(self.public.day.to_le_bytes()).chain([self.me(), about]);
        let mixed = parts.fold(0xcbf2_9ce4_8422_2325_u64, |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        usize::try_from((mixed >> 32) % u64::try_from(bound.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn seat(&self, seat: SeatNo) -> Option<&SeatView> {
        self.public.seats.get(usize::from(seat))
    }
}
