//! Whatever a document may ask for runs: every number at its least and its most, and documents of which
//! many are drawn at random, through faults and edits.

#[path = "../../../scenario/tests/limits/walk.rs"]
#[expect(dead_code, reason = "the tests of the limits need more of it")]
mod walk;

use headroom_engine::{Engine, Progress};
use headroom_scenario::{Action, LoopModel, Scenario, ValidScenario};
use serde_json::{Value, json};

use crate::conservation::some_action;
use crate::numbers::Numbers;
use crate::runs::each_seed;
use walk::{Walk, base};

/// Events of one run.
const EVENTS: u64 = 20_000;
/// Events between two things that happen to the design, and two looks at it.
const EVENTS_PER_ACTION: u64 = 500;
/// Simulated seconds that are waited for as many events.
const QUIET_MAX_S: f64 = 100.0;
/// Documents drawn at random.
const DOCUMENTS: usize = 300;

fn valid(document: &Value) -> Option<ValidScenario> {
    let read = Scenario::from_json(&document.to_string());
    read.and_then(Scenario::validate).ok()
}

/// Runs a scenario while things happen to it, and looks at everything that can be looked at. What
/// happened is a script from then on: the same scenario with it is the same run.
fn endure(scenario: &ValidScenario, numbers: &mut Numbers) {
    let mut engine = Engine::new(scenario);
    for _ in 0..EVENTS / EVENTS_PER_ACTION {
        // Where everybody waits, nothing happens for days.
        let until = engine.now().after_s(QUIET_MAX_S);
        if engine.run_until(until, EVENTS_PER_ACTION) == Progress::BudgetSpent {
            engine.step();
        }
        look(&mut engine);
        // It may be refused, as one that comes while the design has no such instance.
        let action = match numbers.bits() % 8 {
            0 => other_traffic(scenario, numbers),
            _ => some_action(scenario, numbers),
        };
        let _ = engine.apply(&action);
    }
}

/// The traffic with fewer or more of everything.
fn other_traffic(scenario: &Scenario, numbers: &mut Numbers) -> Action {
    let mut traffic = scenario.traffic.clone();
    traffic.classes.truncate(1 + numbers.bits() as usize % 3);
    traffic.regions.truncate(1 + numbers.bits() as usize % 2);
    let few_or_many = |numbers: &mut Numbers| [1, 100, 50_000][numbers.bits() as usize % 3];
    traffic.users = few_or_many(numbers);
    traffic.keys.count = few_or_many(numbers);
    if numbers.bits().is_multiple_of(2) {
        traffic.client.loop_model = LoopModel::Closed {
            users: few_or_many(numbers),
            think_time_ms: 50.0,
        };
    }
    Action::SetTraffic { traffic }
}

fn look(engine: &mut Engine) {
    engine.conservation().expect("nobody is lost");
    let snapshot = engine.snapshot();
    for component in 0..snapshot.components.len() {
        engine.ring(component);
    }
    engine.drain_flights().for_each(drop);
    let report = engine.report();
    let latency = &report.latency_ms;
    let is_answered = report.requests.completed > 0;
    assert_eq!(
        latency.mean.is_finite() && latency.max.is_finite(),
        is_answered
    );
    assert!(report.components.values().all(|component| {
        let load = &component.load;
        (0.0..=1.0).contains(&load.utilisation) && load.queue_mean.is_finite()
    }));
}

#[test]
fn a_run_endures_every_number_at_its_least_and_at_its_most() {
    let walk = Walk::new();
    let mut ran = 0;
    for (place, number) in walk.numbers.iter().enumerate() {
        let (least, most) = number.bounds();
        for value in [least, most] {
            if let Some(scenario) = valid(&number.with(value)) {
                endure(&scenario, &mut Numbers::from_state(place as u64));
                ran += 1;
            }
        }
    }
    println!(
        "{ran} runs with {} numbers at their limits",
        walk.numbers.len()
    );
    assert!(ran > walk.numbers.len(), "{ran}");
}

#[test]
fn a_run_endures_documents_drawn_at_random() {
    let walk = Walk::new();
    let ran: Vec<bool> = each_seed(DOCUMENTS, |seed| {
        let mut numbers = Numbers::from_state(seed);
        let drawn = drawn(&walk, &mut numbers);
        if let Some(scenario) = valid(&drawn) {
            endure(&scenario, &mut numbers);
            return true;
        }
        false
    });
    let ran = ran.into_iter().filter(|ran| *ran).count();
    println!("{ran} of {DOCUMENTS} documents were valid and ran");
    assert!(ran > DOCUMENTS / 4, "{ran}");
}

/// A document with more parts, and with some of its numbers and choices drawn anew. What does not fit is
/// put back.
fn drawn(walk: &Walk, numbers: &mut Numbers) -> Value {
    let mut document = base();
    for number in 0..numbers.bits() % 5 {
        let grown = grown(&document, number, numbers);
        if valid(&grown).is_some() {
            document = grown;
        }
    }
    for _ in 0..40 {
        let (pointer, value) = if numbers.bits().is_multiple_of(2) {
            let number = &walk.numbers[numbers.bits() as usize % walk.numbers.len()];
            (&number.pointer, some_value(number.bounds(), numbers))
        } else {
            let (pointer, choices) = &walk.choices[numbers.bits() as usize % walk.choices.len()];
            match choices.as_slice() {
                [] => continue,
                choices => (
                    pointer,
                    choices[numbers.bits() as usize % choices.len()].clone(),
                ),
            }
        };
        let mut changed = document.clone();
        put(&mut changed, pointer, value);
        if valid(&changed).is_some() {
            document = changed;
        }
    }
    document
}

/// The document with one more component, which some others call.
fn grown(document: &Value, number: u64, numbers: &mut Numbers) -> Value {
    let mut grown = document.clone();
    let kind = ["service", "service", "cache", "database"][numbers.bits() as usize % 4];
    let id = format!("more-{number}");
    let design = &mut grown["design"];
    let others = design["components"].as_array_mut().expect("a list");
    let ids: Vec<Value> = others.iter().map(|other| other["id"].clone()).collect();
    others.push(json!({"id": id, "kind": {kind: {}}}));
    let links = design["links"].as_array_mut().expect("a list");
    let mut other = |ids: &[Value]| ids[numbers.bits() as usize % ids.len()].clone();
    for _ in 0..2 {
        let (caller, called) = (other(&ids), other(&ids));
        // In the middle of a way as often as at its end.
        if links
            .iter()
            .any(|link| link["from"] == caller && link["to"] == called)
        {
            links.retain(|link| link["from"] != caller || link["to"] != called);
            links.push(json!({"from": id, "to": called}));
        }
        links.push(json!({"from": caller, "to": id}));
    }
    grown
}

/// Puts a value at a place, in place of whatever is in the way there.
fn put(document: &mut Value, pointer: &str, value: Value) {
    let mut here = document;
    for name in pointer.split('/').skip(1) {
        here = match name.parse::<usize>() {
            Ok(index) if here.get(index).is_some() => &mut here[index],
            _ => {
                if !here.is_object() {
                    *here = json!({});
                }
                &mut here[name]
            }
        };
    }
    *here = value;
}

/// At one of the limits, near the least, or anywhere between.
fn some_value((least, most): (Value, Value), numbers: &mut Numbers) -> Value {
    let [low, high] = [&least, &most].map(|bound| bound.as_f64().expect("it is a number"));
    let share = numbers.uniform();
    let between = match numbers.bits() % 4 {
        0 => return least,
        1 => return most,
        2 => low + (high - low) * share.powi(6),
        _ => low + (high - low) * share,
    };
    if least.is_f64() || most.is_f64() {
        json!(between)
    } else {
        json!(between as u64)
    }
}
