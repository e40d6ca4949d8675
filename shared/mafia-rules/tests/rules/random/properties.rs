//! Properties of every game.

use std::collections::BTreeMap;

use mafia_rules::{
    Cause, Channel, Done, Event, Game, MAX_DAYS, Phase, Role, SeatNo, Winner, evolve, fold, public_view, replay, winner,
};

use crate::random::Play;

#[test]
fn every_game_has_a_winner() {
    let mut won = BTreeMap::new();
    for seed in 0..800 {
        let mut play = Play::started(seed);
        play.play(|play, actor, command| {
            let _ = play.try_move(actor, command);
        });
        let game = &play.game;
        let who = game.winner.unwrap();
        assert_eq!(game.ends_at, None);
        let by_count = winner(game);
        let joker_out = game.seats.iter().any(|seat| seat.role == Some(Role::Joker) && seat.death == Some(Cause::Executed));
        let fits = match who {
            Winner::Joker => joker_out,
            Winner::Mafia => by_count == Some(Winner::Mafia) || (by_count.is_none() && game.day == MAX_DAYS),
            Winner::Citizens => by_count == Some(Winner::Citizens),
        };
        assert!(fits, "seed {seed}: {who:?} in {game:?}");
        *won.entry(format!("{who:?}")).or_insert(0) += 1;
    }
    assert!(won.len() == 3 && won.values().all(|&games| games > 20), "each side wins some games: {won:?}");
}

#[test]
fn counts_add_up_and_dead_players_never_act() {
    for seed in 1_000..1_500 {
        let mut play = Play::started(seed);
        let dealt = roles(&play.game);
        assert_dealt(&play.game);
        play.play(|play, actor, command| {
            let mut before = play.game.clone();
            for event in play.try_move(actor, command).unwrap_or_default() {
                assert_possible(&before, &event);
                evolve(&mut before, &event);
            }
            assert_eq!(roles(&play.game), dealt, "roles stay");
            assert_eq!(play.game.ends_at.is_some(), play.game.is_on());
        });
        let deaths = play.log.iter().filter(|event| matches!(event, Event::Died { .. })).count();
        assert_eq!(deaths, dealt.len() - play.game.living().count());
    }
}

#[test]
fn stored_events_rebuild_the_game_after_each_command() {
    for seed in 2_000..2_080 {
        let mut play = Play::started(seed);
        let mut stored = fold(&play.log);
        play.play(|play, actor, command| {
            let phase = play.game.phase;
            for event in play.try_move(actor, command).unwrap_or_default() {
                let json = serde_json::to_vec(&event).unwrap();
                let back: Event = serde_json::from_slice(&json).unwrap();
                assert_eq!(back, event);
                evolve(&mut stored, &back);
            }
            assert_eq!(stored, play.game);
            if play.game.phase != phase {
                let json = serde_json::to_vec(&play.game).unwrap();
                assert_eq!(serde_json::from_slice::<Game>(&json).unwrap(), play.game);
            }
        });
        assert_eq!(fold(&play.log), play.game);
    }
}

#[test]
fn a_replay_has_all_events() {
    for seed in 0..100 {
        let mut play = Play::started(seed);
        play.play(|play, actor, command| {
            let _ = play.try_move(actor, command);
        });
        let history: Vec<_> = play.log.iter().map(|event| (0, event.clone())).collect();
        let steps = replay(&history);
        let shown: Vec<_> = steps.iter().flat_map(|step| step.events.clone()).collect();
        assert_eq!(shown, history);
        assert_eq!(steps.last().unwrap().view, public_view(&play.game));
    }
}

fn roles(game: &Game) -> Vec<Option<Role>> {
    game.seats.iter().map(|seat| seat.role).collect()
}

fn assert_dealt(game: &Game) {
    let chosen = game.setup.roles.unwrap();
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Citizen) {
        let dealt = roles(game).iter().filter(|dealt| **dealt == Some(role)).count();
        assert_eq!(dealt, usize::from(chosen.of(role)), "{role:?}");
    }
}

/// Whether this event is possible in this game.
fn assert_possible(game: &Game, event: &Event) {
    let may = |seat: SeatNo, phase: Phase| game.lives(seat) && !game.seat(seat).unwrap().left && game.phase == phase;
    let may_at_night =
        |seat: SeatNo, target: SeatNo, role: Role| may(seat, Phase::Night) && game.role(seat) == Some(role) && game.lives(target);
    let is_possible = match event {
        Event::Pointed { seat, target } => may_at_night(*seat, *target, Role::Mafia) && game.role(*target) != Some(Role::Mafia),
        Event::Done(Done { action, seat, target, mafia }) => {
            let is_right = mafia.is_none_or(|mafia| mafia == (game.role(*target) == Some(Role::Mafia)));
            may_at_night(*seat, *target, action.role().unwrap()) && mafia.is_some() == action.reveals_side() && is_right
        }
        Event::Slept { seat } => may(*seat, Phase::Night),
        Event::TimeVoted { seat, .. } => may(*seat, Phase::Talk),
        Event::Voted { seat, target } => may(*seat, Phase::Vote) && target.is_none_or(|target| game.lives(target)),
        Event::Balloted { seat, .. } => may(*seat, Phase::Ballot) && game.accused != Some(*seat),
        Event::Accused { seat } => game.lives(*seat),
        Event::Died { seat, cause, role } => {
            let phase = if *cause == Cause::Executed { Phase::Dusk } else { Phase::Dawn };
            game.lives(*seat) && game.phase == phase && role.is_some() == game.setup.options.reveal_roles
        }
        Event::Survived { seat } => game.lives(*seat) && game.role(*seat) == Some(Role::Soldier),
        Event::Published { by, target, role } => {
            by.is_some_and(|by| game.lives(by) && game.role(by) == Some(Role::Reporter)) && game.role(*target) == Some(*role)
        }
        Event::Said { by, channel, .. } => by.seat.map_or(*channel == Channel::Spectators, |seat| match channel {
            Channel::Public => game.lives(seat) || game.phase == Phase::Over,
            Channel::Mafia => game.lives(seat) && game.in_team(seat) && game.phase == Phase::Night,
            Channel::Dead => !game.lives(seat),
            Channel::Spectators => false,
        }),
        Event::PhaseBegan { phase, day, .. } => follows(game, *phase, *day),
        Event::Hurried { ends_at } => game.ends_at.is_some_and(|planned| *ends_at < planned),
        Event::Left { seat } => !game.seat(*seat).unwrap().left,
        Event::Ended { roles, .. } => roles.len() == game.seats.len() && game.is_on(),
        Event::HostIs { seat } => seat.is_none_or(|seat| !game.seat(seat).unwrap().is_bot()),
        Event::PhaseEnded { absent } => absent.iter().all(|&seat| game.lives(seat)),
        Event::NobodyDied | Event::NobodyAccused | Event::Judged { .. } => true,
        _ => false,
    };
    assert!(is_possible, "{event:?} in {game:?}");
}

fn follows(game: &Game, phase: Phase, day: u16) -> bool {
    match (game.phase, phase) {
        (Phase::Dusk, Phase::Night) => day == game.day + 1 && day <= MAX_DAYS,
        (Phase::Night, Phase::Dawn)
        | (Phase::Dawn, Phase::Talk)
        | (Phase::Talk, Phase::Vote)
        | (Phase::Vote, Phase::Defence | Phase::Dusk)
        | (Phase::Defence, Phase::Ballot)
        | (Phase::Ballot, Phase::Dusk) => day == game.day,
        _ => false,
    }
}
