//! The same design in one place and in several: what becomes of each request is the same, however the places are
//! brought forward, on one thread or on several.

use std::thread;

use headroom_engine::time::SimTime;
use headroom_engine::{Crew, Engine, Place, Progress};
use headroom_scenario::{Action, ComponentNumber, KindTag, Scenario, Site, step::LADDER};

use crate::conservation::some_action;
use crate::numbers::Numbers;
use crate::runs::{each_seed, reach};

/// Long enough for the first faults of most steps' scripts.
const SIMULATED_S: f64 = 12.0;
/// And for a fail-over, where the first fault comes later.
const FAILED_OVER_S: f64 = 5.0;
/// Designs that things happen to at random, and for how long.
const SEEDS: usize = 120;
const BROKEN_S: f64 = 6.0;
/// Their load at most: of more requests, more do something in the very same nanosecond.
const BROKEN_RPS: f64 = 1_000.0;
/// What a link to another site takes that takes nothing in the step.
const FAR_MS: f64 = 2.0;

/// What is in which site.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// Users and their directory here, all else there.
    Users,
    /// The database there, all else here.
    Database,
    /// Users, servers, and what stores in a site of its own each.
    Three,
}

const CUTS: [Cut; 3] = [Cut::Users, Cut::Database, Cut::Three];

impl Cut {
    /// The site of a component.
    fn site(self, kind: KindTag) -> usize {
        let is_of_users = matches!(kind, KindTag::Clients | KindTag::Dns);
        match self {
            Self::Users => usize::from(!is_of_users),
            Self::Database => usize::from(kind == KindTag::Database),
            Self::Three => match kind {
                KindTag::Clients | KindTag::Dns => 0,
                KindTag::LoadBalancer | KindTag::Service => 1,
                KindTag::Cache | KindTag::Database => 2,
            },
        }
    }

    /// The scenario with links that take their time where they will join two sites.
    fn prepared(self, mut scenario: Scenario) -> Scenario {
        let design = scenario.design.clone();
        let site = |end: ComponentNumber| self.site(design.components[end.place()].kind.tag());
        for (number, ends) in design.wiring() {
            let latency_ms = &mut scenario.design.links[number].latency_ms;
            if site(ends.from) != site(ends.to) && *latency_ms == 0.0 {
                *latency_ms = FAR_MS;
            }
        }
        scenario
    }

    /// The same in so many places.
    fn apart(self, mut scenario: Scenario) -> Scenario {
        const NAMES: [&str; 3] = ["first", "second", "third"];
        let design = &mut scenario.design;
        let present: Vec<usize> = design
            .components
            .present()
            .map(|(place, _)| place)
            .collect();
        let mut sites = 0;
        for place in present {
            let component = &mut design.components[place];
            let site = self.site(component.kind.tag());
            component.site = Some(NAMES[site].into());
            sites = sites.max(site + 1);
        }
        let site = |name: &&str| Site {
            id: (*name).into(),
            region: "everywhere".into(),
        };
        design.sites = NAMES[..sites].iter().map(site).collect();
        scenario
    }
}

fn engine(scenario: &Scenario) -> Engine {
    Engine::new(&scenario.clone().validate().expect("it is valid"))
}

/// Every place on a thread of its own.
struct SideBySide;

impl Crew for SideBySide {
    fn run(&mut self, places: &mut [Place], end: SimTime) {
        thread::scope(|scope| {
            for place in places {
                scope.spawn(move || place.run_window(end));
            }
        });
    }
}

const PACES: [Pace; 4] = [
    Pace::AtOnce,
    Pace::AtRandom,
    Pace::OnThreads,
    Pace::StepByStep,
];

#[derive(Clone, Copy, Debug)]
enum Pace {
    AtOnce,
    AtRandom,
    OnThreads,
    StepByStep,
}

/// How long a step is simulated, in seconds.
fn simulated_s(scenario: &Scenario) -> f64 {
    let first = scenario.script.first();
    let first_s = first.map_or(0.0, |timed| SimTime(timed.at_ns).as_s());
    SIMULATED_S.max(first_s + FAILED_OVER_S)
}

fn bring_forward(engine: &mut Engine, pace: Pace, end_s: f64) {
    let end = SimTime::from_s(end_s);
    match pace {
        Pace::AtOnce => reach(engine, end_s),
        Pace::AtRandom => {
            let mut numbers = Numbers::from_state(7);
            while engine.now() < end {
                let wait_s = (numbers.bits() % 100_000) as f64 * 1e-6;
                let until = engine.now().after_s(wait_s).min(end);
                let budget = 1 + numbers.bits() % 2_000;
                engine.run_until(until, budget);
            }
        }
        Pace::OnThreads => {
            let progress = engine.run_until_by(&mut SideBySide, end, u64::MAX);
            assert_eq!(progress, Progress::Reached);
        }
        Pace::StepByStep => {
            while engine.now() < SimTime::from_s(0.5) {
                engine.step();
            }
            reach(engine, end_s);
        }
    }
}

/// Compares all that is known of a run in one place and in several.
fn assert_same(one: &mut Engine, many: &mut Engine, told: &str) {
    many.conservation().expect("the books balance");
    assert_eq!(one.outcomes_digest(), many.outcomes_digest(), "{told}");
    let (ours, theirs) = (one.report(), many.report());
    assert_eq!(ours.requests, theirs.requests, "{told}");
    assert_eq!(ours.latency_ms, theirs.latency_ms, "{told}");
    assert_eq!(ours.components, theirs.components, "{told}");
    assert_eq!(one.marks_since(0), many.marks_since(0), "{told}");
    assert_eq!(one.bins_since(0), many.bins_since(0), "{told}");
    let (ours, theirs) = (one.snapshot(), many.snapshot());
    assert_eq!(ours.components, theirs.components, "{told}");
    assert_eq!(ours.links, theirs.links, "{told}");
}

#[test]
fn a_step_in_several_places_is_that_in_one() {
    let cuts: Vec<_> = LADDER
        .iter()
        .flat_map(|step| CUTS.map(|cut| (step, cut)))
        .collect();
    let many = each_seed(cuts.len(), |number| {
        let (step, cut) = cuts[number as usize];
        let whole = cut.prepared(step.scenario());
        let apart = cut.apart(whole.clone());
        if apart.design.sites.len() < 2 {
            return false;
        }
        let mut one = engine(&whole);
        let end_s = simulated_s(&whole);
        reach(&mut one, end_s);
        assert_eq!(one.places(), 1);
        // Each is brought forward in two ways of the four, all of them by turns.
        let paces = [0, 1 + number as usize % 3].map(|pace| PACES[pace]);
        let digests = paces.map(|pace| {
            let mut many = engine(&apart);
            assert_eq!(many.places(), apart.design.sites.len());
            bring_forward(&mut many, pace, end_s);
            assert_same(
                &mut one,
                &mut many,
                &format!("{} {cut:?} {pace:?}", step.name),
            );
            many.digest()
        });
        assert_eq!(digests[0], digests[1], "{} {cut:?}", step.name);
        true
    });
    // A server alone has no database, and so is cut in fewer ways.
    assert_eq!(many.iter().filter(|is| **is).count(), 26);
}

/// Whatever happens to a design happens to it in several places as in one.
#[test]
fn a_design_that_is_broken_at_random_breaks_in_several_places_as_in_one() {
    let found = each_seed(SEEDS, |seed| {
        let step = &LADDER[seed as usize % LADDER.len()];
        let cut = CUTS[seed as usize / LADDER.len() % CUTS.len()];
        let mut whole = cut.prepared(step.scenario());
        let rate_rps = &mut whole.traffic.rate_rps;
        *rate_rps = rate_rps.min(BROKEN_RPS);
        let mut numbers = Numbers::from_state(4_000 + seed);
        let mut engines = [&whole, &cut.apart(whole.clone())].map(engine);
        let mut done = Vec::new();
        while engines[0].now() < SimTime::from_s(BROKEN_S) {
            let until = engines[0].now().after_s(0.5 * numbers.uniform());
            let action = some_action(&whole, &mut numbers);
            if matches!(
                action,
                Action::Deploy { .. } | Action::RemoveInstance { .. }
            ) {
                // Who leaves can't know what a bad link from another site still holds.
                continue;
            }
            for engine in &mut engines {
                engine.run_until(until, u64::MAX);
                if engine.apply(&action).is_ok() {
                    done.push(action.clone());
                }
                if let Err(told) = engine.conservation() {
                    return format!("{} {cut:?} {seed}: {told}\n", step.name);
                }
            }
            if engines[0].outcomes_digest() != engines[1].outcomes_digest() {
                let done: String = done
                    .iter()
                    .map(|action| {
                        format!("   {action:?}\n")
                            .chars()
                            .take(160)
                            .collect::<String>()
                            + "\n"
                    })
                    .collect();
                return format!("{} {cut:?} {seed} {}\n{done}", step.name, until.0);
            }
        }
        String::new()
    });
    let found: Vec<String> = found.into_iter().filter(|told| !told.is_empty()).collect();
    assert!(found.is_empty(), "{}", found.concat());
}
