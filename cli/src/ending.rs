//! What is not as it should be at the end of a run: machines that are dead, hang or are slow, links that
//! carry worse.

use headroom_engine::snapshot::{InstanceGauge, InstanceState, LinkGauge, Snapshot};
use headroom_scenario::{Component, Design, Impairment, Link};
use serde::Serialize;

use crate::figure::{count, number};

/// Machines and links that are not as they should be; those that are, are left out.
#[derive(Serialize)]
pub struct Ending<'a> {
    instances: Vec<Machine<'a>>,
    links: Vec<Wire<'a>>,
}

#[derive(Serialize)]
struct Machine<'a> {
    component: &'a str,
    /// From 0.
    instance: u16,
    state: InstanceState,
    hangs: bool,
    /// How many times as long everything takes; 1 is as usual.
    slow_factor: f64,
    /// What people call it.
    #[serde(skip)]
    title: String,
}

#[derive(Serialize)]
struct Wire<'a> {
    from: &'a str,
    to: &'a str,
    impairments: Vec<Impairment>,
    /// Messages that were sent into a cut and wait for it to heal.
    held: u64,
    /// What people call it.
    #[serde(skip)]
    title: String,
}

impl<'a> Ending<'a> {
    /// The end of a run of this design.
    pub fn of(design: &'a Design, snapshot: &Snapshot) -> Self {
        let parts = design.components.beside(&snapshot.components);
        let machines = parts.flat_map(|(component, gauge)| {
            let instances = (0..).zip(&gauge.instances);
            instances.filter_map(move |(number, gauge)| machine(component, number, gauge))
        });
        let wires = design.links.beside(&snapshot.links);
        Self {
            instances: machines.collect(),
            links: wires
                .filter_map(|(link, gauge)| wire(design, link, gauge))
                .collect(),
        }
    }

    /// A line each, under a heading; nothing where all is well.
    pub fn lines(&self) -> String {
        let machines = self.instances.iter().map(Machine::words);
        let lines: Vec<String> = machines.chain(self.links.iter().map(Wire::words)).collect();
        match lines.as_slice() {
            [] => String::new(),
            lines => format!("At the end\n  {}\n\n", lines.join("\n  ")),
        }
    }
}

/// A machine, unless it serves as it should, or is no longer there.
fn machine<'a>(
    component: &'a Component,
    number: u16,
    gauge: &InstanceGauge,
) -> Option<Machine<'a>> {
    let &InstanceGauge {
        state,
        hangs,
        slow_factor,
        ..
    } = gauge;
    let is_under_way = matches!(state, InstanceState::Booting | InstanceState::Draining);
    (is_under_way || gauge.is_broken()).then(|| Machine {
        component: &component.id,
        instance: number,
        state,
        hangs,
        slow_factor,
        title: component.instance_title(number),
    })
}

fn wire<'a>(design: &Design, link: &'a Link, gauge: &LinkGauge) -> Option<Wire<'a>> {
    (!gauge.impairments.is_empty()).then(|| Wire {
        from: &link.from,
        to: &link.to,
        impairments: gauge.impairments.clone(),
        held: gauge.held,
        title: format!("{} → {}", design.title(&link.from), design.title(&link.to)),
    })
}

impl Machine<'_> {
    /// `web/1 hangs, takes 3.00 × as long as usual`.
    fn words(&self) -> String {
        let state = match self.state {
            InstanceState::Up | InstanceState::Gone => None,
            InstanceState::Booting => Some("boots".to_owned()),
            InstanceState::Draining => Some("finishes what it has".to_owned()),
            InstanceState::Down => Some("is dead".to_owned()),
        };
        let hangs = self.hangs.then(|| "hangs".to_owned());
        let is_slow = self.slow_factor != 1.0;
        let slow =
            is_slow.then(|| format!("takes {} × as long as usual", number(self.slow_factor)));
        let words: Vec<String> = [state, hangs, slow].into_iter().flatten().collect();
        format!("{} {}", self.title, words.join(", "))
    }
}

impl Wire<'_> {
    /// `Web tier → Database: cut for calls, loses 5 %; 12 messages held up`.
    fn words(&self) -> String {
        let wrong: Vec<String> = self.impairments.iter().map(|wrong| wrong.words()).collect();
        let held = match self.held {
            0 => String::new(),
            1 => "; 1 message held up".into(),
            held => format!("; {} messages held up", count(held)),
        };
        format!("{}: {}{held}", self.title, wrong.join(", "))
    }
}
