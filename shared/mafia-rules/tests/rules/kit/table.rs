//! The table of a scenario.

use mafia_rules::{
    Actor, Ballot, Cause, Command, Counts, Event, Game, Millis, MyView, Options, Phase, Player, Refusal, Role, SeatNo, Setup,
    Stream, decide, disclose, evolve, my_view,
};
use uuid::Uuid;

use super::moves::{abstain, accuse, ballot, set_up};

/// The start of each scenario.
const START: Millis = 1_700_000_000_000;

/// Human player `number`, named by a letter.
pub(crate) fn person(number: u8) -> Player {
    Player { id: Some(Uuid::from_u128(u128::from(number) + 1)), name: char::from(b'A'.saturating_add(number)).to_string() }
}

/// A game with its clock, its last events, and all disclosed events with their receivers.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) game: Game,
    pub(crate) now: Millis,
    /// The events of the last command or tick.
    pub(crate) events: Vec<Event>,
    disclosed: Vec<(Stream, Event)>,
}

impl Table {
    /// A table without players.
    pub(crate) fn empty() -> Self {
        Self { game: Game::default(), now: START, events: Vec::new(), disclosed: Vec::new() }
    }

    /// A table with human players; the first one is the host.
    pub(crate) fn with_people(people: u8) -> Self {
        let mut table = Self::empty();
        for number in 0..people {
            table.joins(number);
        }
        table
    }

    /// The first night of a game with these roles, in the order of the seats.
    pub(crate) fn of(roles: &[Role]) -> Self {
        Self::with(roles, Options::default())
    }

    /// As `of`, with options.
    pub(crate) fn with(roles: &[Role], options: Options) -> Self {
        let mut table = Self::with_people(u8::try_from(roles.len()).unwrap());
        table.does(0, set_up(Setup { roles: Some(counts(roles)), options }));
        table.starts(roles);
        table
    }

    /// Starts the game and deals these roles.
    pub(crate) fn starts(&mut self, roles: &[Role]) {
        // The rules sort the cards by role, citizens last, and shuffle from the last card to the first.
        let mut cards = roles.to_vec();
        cards.sort_by_key(|role| (*role == Role::Citizen, *role));
        let mut deal = |bound: usize| {
            let place = cards[..bound].iter().position(|card| *card == roles[bound - 1]).unwrap();
            cards.swap(place, bound - 1);
            place
        };
        let events = decide(&self.game, &Actor::Seat(0), &Command::Start, self.now, &mut deal).unwrap();
        self.happens(events);
        let dealt: Vec<_> = self.game.seats.iter().filter_map(|seat| seat.role).collect();
        assert_eq!(dealt, roles);
    }

    /// A human player takes a seat.
    pub(crate) fn joins(&mut self, number: u8) {
        let events = self.try_as(&Actor::Visitor(person(number)), &Command::Join).unwrap();
        self.happens(events);
    }

    /// Sends a command that must be accepted.
    #[track_caller]
    pub(crate) fn does(&mut self, seat: SeatNo, command: Command) {
        let phase = self.game.phase;
        let events = self
            .try_as(&Actor::Seat(seat), &command)
            .unwrap_or_else(|refusal| panic!("seat {seat} in {phase:?}, {command:?}: {refusal:?}"));
        self.happens(events);
    }

    /// Sends the same command from each of the seats.
    #[track_caller]
    pub(crate) fn all_do(&mut self, seats: impl IntoIterator<Item = SeatNo>, command: &Command) {
        seats.into_iter().for_each(|seat| self.does(seat, command.clone()));
    }

    /// Returns the refusal of a command, which must be refused.
    #[track_caller]
    pub(crate) fn refusal(&self, seat: SeatNo, command: &Command) -> Refusal {
        self.refusal_of(&Actor::Seat(seat), command)
    }

    /// As `refusal`, for any actor.
    #[track_caller]
    pub(crate) fn refusal_of(&self, actor: &Actor, command: &Command) -> Refusal {
        match self.try_as(actor, command) {
            Ok(events) => panic!("{actor:?} may {command:?} in {:?}: {events:?}", self.game.phase),
            Err(refusal) => refusal,
        }
    }

    /// Returns the events of a command without applying them.
    pub(crate) fn try_as(&self, actor: &Actor, command: &Command) -> Result<Vec<Event>, Refusal> {
        decide(&self.game, actor, command, self.now, &mut |_| 0)
    }

    /// Applies the events and collects what they disclose.
    pub(crate) fn happens(&mut self, events: Vec<Event>) {
        for event in &events {
            evolve(&mut self.game, event);
            self.disclosed.extend(disclose(&self.game, event));
        }
        self.events = events;
    }

    /// Ends the phase by time, with all players connected.
    pub(crate) fn time_passes(&mut self) {
        let all = self.game.numbered().map(|(seat, _)| seat).collect();
        self.time_passes_with(all);
    }

    /// Ends the phase by time, with these seats connected.
    pub(crate) fn time_passes_with(&mut self, online: Vec<SeatNo>) {
        self.now = self.game.ends_at.unwrap();
        let events = self.try_as(&Actor::Clock { online }, &Command::Tick).unwrap();
        self.happens(events);
    }

    /// Ends phases by time until `phase` begins.
    pub(crate) fn until(&mut self, phase: Phase) {
        assert_ne!(self.game.phase, phase, "it is that phase already");
        while self.game.phase != phase {
            self.time_passes();
        }
    }

    /// Sends these commands at night, then ends the night.
    #[track_caller]
    pub(crate) fn night(&mut self, actions: impl IntoIterator<Item = (SeatNo, Command)>) {
        if self.game.phase != Phase::Night {
            self.until(Phase::Night);
        }
        actions.into_iter().for_each(|(seat, command)| self.does(seat, command));
        self.time_passes();
    }

    /// All other living players vote for `accused`, until the ballot begins.
    pub(crate) fn accuses(&mut self, accused: SeatNo) {
        self.until(Phase::Vote);
        for seat in self.living() {
            self.does(seat, if seat == accused { abstain() } else { accuse(accused) });
        }
        self.until(Phase::Ballot);
    }

    /// Accuses a player and votes yes.
    pub(crate) fn executes(&mut self, accused: SeatNo) {
        self.accuses(accused);
        let others = self.living().into_iter().filter(|&seat| seat != accused);
        self.all_do(others, &ballot(Ballot::Yes));
    }

    /// The deaths among the last events, with their causes.
    pub(crate) fn died(&self) -> Vec<(SeatNo, Cause)> {
        self.events
            .iter()
            .filter_map(|event| if let Event::Died { seat, cause, .. } = event { Some((*seat, *cause)) } else { None })
            .collect()
    }

    pub(crate) fn living(&self) -> Vec<SeatNo> {
        self.game.living().collect()
    }

    pub(crate) fn phase(&self) -> Phase {
        self.game.phase
    }

    /// The remaining time of the phase, in milliseconds.
    pub(crate) fn left(&self) -> Millis {
        self.game.ends_at.unwrap() - self.now
    }

    pub(crate) fn view(&self, seat: SeatNo) -> MyView {
        my_view(&self.game, seat).unwrap()
    }

    /// The streams that received this event, in order.
    pub(crate) fn receivers(&self, event: &Event) -> Vec<Stream> {
        self.disclosed.iter().filter(|(_, told)| told == event).map(|(stream, _)| *stream).collect()
    }
}

fn counts(roles: &[Role]) -> Counts {
    Counts::each(|role| u8::try_from(roles.iter().filter(|dealt| **dealt == role).count()).unwrap())
}
