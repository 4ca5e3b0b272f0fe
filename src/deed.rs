//! What can be done by hand to an instance or to a link: the same on the diagram and in the inspector.

use headroom_engine::snapshot::{ComponentGauge, InstanceGauge, InstanceState, LinkGauge};
use headroom_scenario::limits::{COPIES_MAX, INSTANCES_MAX};
use headroom_scenario::{Action, Component, Direction, Impairment, Kind, Link};

/// How much "slow down" slows an instance down.
const SLOW_FACTOR: f64 = 3.0;
/// Longest time that "deploy" gives a server to finish what it has, in seconds: the grace period of
/// Kubernetes.
const DRAIN_S: f64 = 30.0;

/// Something that can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// On a menu.
    pub words: &'static str,
    /// On a button beside others.
    pub short: &'static str,
    /// Its control, for tests and tools.
    pub control: &'static str,
    /// What comes of it, in a sentence.
    pub help: &'static str,
    /// What it does.
    pub action: Action,
}

impl Deed {
    /// Something that is done to an instance of a kind; none of what is no matter of a click.
    fn of(action: Action, kind: &Kind) -> Option<Self> {
        let (control, words, short, help) = match &action {
            Action::Kill { .. } => (
                "kill",
                "Kill",
                "Kill",
                "It dies at once, with all it has in memory.",
            ),
            Action::Hang { .. } => (
                "hang",
                "Hang",
                "Hang",
                "It answers nothing from now on, and refuses nothing: its callers wait until they give up.",
            ),
            Action::Slow { .. } => (
                "slow-down",
                "Slow down 3×",
                "Slow",
                "All it does takes three times as long.",
            ),
            Action::Destroy { .. } if kind.facts().stores => (
                "destroy",
                "Destroy with its disk",
                "Destroy",
                "It dies for good, and so does all on its disk. Repaired, it is a new machine, and empty.",
            ),
            Action::Destroy { .. } => (
                "destroy",
                "Destroy its machine",
                "Destroy",
                "It dies for good. Repaired, it is a new machine, which has to boot first.",
            ),
            Action::CutOff { .. } => (
                "cut-off",
                "Cut off from the others",
                "Cut off",
                "Neither the other copies nor the monitor reach it. Its callers still do.",
            ),
            Action::Promote { .. } => (
                "promote",
                "Make it the primary",
                "Promote",
                "The primary hands over to it, if it answers: nothing is lost. Else it takes over with what it has.",
            ),
            Action::Repair { .. } => ("repair", "Repair", "Repair", "It works again as it should."),
            Action::Deploy { .. } => (
                "deploy",
                "Deploy, one by one",
                "Deploy",
                "A new version of all of them: each finishes what it has, and starts anew.",
            ),
            Action::AddInstance { .. } if matches!(kind, Kind::Database(_)) => (
                "add-instance",
                "Add a replica",
                "Add a replica",
                "A new machine: it copies the data, catches up with the log, and then answers reads.",
            ),
            Action::AddInstance { .. } => (
                "add-instance",
                "Add another",
                "Add one",
                "It serves once it has started.",
            ),
            Action::RemoveInstance { .. } => (
                "remove-instance",
                "Remove",
                "Remove",
                "It takes nothing new, finishes what it has, and is gone.",
            ),
            Action::SetRate { .. }
            | Action::SetTraffic { .. }
            | Action::Configure { .. }
            | Action::Edit { .. }
            | Action::SetLatency { .. }
            | Action::SetTimeout { .. }
            | Action::ImpairLink { .. }
            | Action::RepairLink { .. } => return None,
        };
        Some(Self {
            words,
            short,
            control,
            help,
            action,
        })
    }

    /// Whether something is lost by it that no repair brings back.
    pub fn is_final(&self) -> bool {
        matches!(self.action, Action::Kill { .. } | Action::Destroy { .. })
    }
}

/// What an instance is among those of its component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Among {
    /// How many there are.
    pub present: usize,
    /// The others follow it: it can't be taken out.
    pub is_primary: bool,
}

impl Among {
    /// One of so many.
    pub fn of(gauge: Option<&ComponentGauge>, instance: u16, present: usize) -> Self {
        let replication = gauge.and_then(ComponentGauge::replication);
        Self {
            present,
            is_primary: replication.is_some_and(|of| of.primary == instance),
        }
    }
}

/// One more instance of a component of which there are so many; none where that can't be.
pub fn adding(component: &Component, present: usize) -> Option<Deed> {
    let Component { id, kind, .. } = component;
    let most = match kind {
        Kind::Database(_) => COPIES_MAX,
        Kind::Clients(_)
        | Kind::Dns(_)
        | Kind::LoadBalancer(_)
        | Kind::Service(_)
        | Kind::Cache(_) => INSTANCES_MAX,
    };
    let component = id.clone();
    let has_room = kind.facts().is_scalable && present < usize::from(most);
    has_room.then(|| Deed::of(Action::AddInstance { component }, kind))?
}

/// What makes sense for an instance as it is, and as it stands among the others.
pub fn of_instance(
    component: &Component,
    instance: u16,
    gauge: &InstanceGauge,
    among: Among,
) -> Vec<Deed> {
    let Component { id, kind, .. } = component;
    let adding = adding(component, among.present);
    let component = || id.clone();
    let facts = kind.facts();
    let is_down = gauge.state == InstanceState::Down;
    if kind.instances() == 0 {
        // Users and a name service run by others are no machines of the design's.
        return Vec::new();
    }
    let runs = !matches!(gauge.state, InstanceState::Down | InstanceState::Gone);
    let is_slow = gauge.slow_factor != 1.0;
    let is_copy = runs && matches!(kind, Kind::Database(_)) && among.present > 1;
    let is_to_stay =
        among.present < 2 || among.is_primary || gauge.state == InstanceState::Draining;
    let kill = Action::Kill {
        component: component(),
        instance,
    };
    let hang = Action::Hang {
        component: component(),
        instance,
    };
    let slow = Action::Slow {
        component: component(),
        instance,
        factor: SLOW_FACTOR,
    };
    let destroy = Action::Destroy {
        component: component(),
        instance,
    };
    let cut_off = Action::CutOff {
        component: component(),
        instance,
    };
    let promote = Action::Promote {
        component: component(),
        instance,
    };
    let repair = Action::Repair {
        component: component(),
        instance,
    };
    let deploy = Action::Deploy {
        component: component(),
        batch: 1,
        pause_s: 0.0,
        drain_s: DRAIN_S,
    };
    let remove = Action::RemoveInstance {
        component: component(),
        instance,
    };
    let offers = [
        (runs, kill),
        (runs && !gauge.hangs, hang),
        (runs && !gauge.hangs && !is_slow, slow),
        (
            (runs || is_down) && is_worse_than_death(kind, gauge),
            destroy,
        ),
        (is_copy && !gauge.is_cut_off, cut_off),
        (gauge.is_broken(), repair),
        (is_copy && !among.is_primary && !gauge.is_cut_off, promote),
        (facts.is_deployable, deploy),
    ];
    let deed = |(makes_sense, action)| match makes_sense {
        true => Deed::of(action, kind),
        false => None,
    };
    let removing = (facts.is_scalable && !is_to_stay, remove);
    let offered = offers.into_iter().filter_map(deed).chain(adding);
    offered.chain(deed(removing)).collect()
}

/// Whether to be destroyed is worse than to be killed: where a disk goes too, or a new machine has to boot.
/// Of what keeps all in memory and starts at once (a balancer, a cache without a disk), two words for one
/// effect would only make the reader look for the difference.
fn is_worse_than_death(kind: &Kind, gauge: &InstanceGauge) -> bool {
    match kind {
        Kind::Database(_) => true,
        Kind::Cache(cache) => cache.warm_restart,
        Kind::Service(service) => service.boot_s > 0.0 && gauge.state == InstanceState::Up,
        Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => false,
    }
}

/// What makes sense for a link as it is: what is not wrong with it yet, in usual amounts, and to mend it.
pub fn of_link(link: &Link, gauge: &LinkGauge) -> Vec<Deed> {
    let impairments = IMPAIRMENTS.into_iter();
    let impairments = impairments.filter(|(_, _, _, impairment)| !has(gauge, *impairment));
    let repair = (!gauge.impairments.is_empty()).then(|| Deed {
        words: "Repair",
        short: "Repair",
        control: "repair-link",
        help: "It carries again as it should. What was held up sets out once more.",
        action: repair(&link.from, &link.to),
    });
    let impair = |(control, words, help, impairment)| Deed {
        words,
        short: words,
        control,
        help,
        action: impair(&link.from, &link.to, impairment),
    };
    impairments.map(impair).chain(repair).collect()
}

/// Makes a link worse.
pub fn impair(from: &str, to: &str, impairment: Impairment) -> Action {
    Action::ImpairLink {
        from: from.into(),
        to: to.into(),
        impairment,
    }
}

/// Mends a link.
pub fn repair(from: &str, to: &str) -> Action {
    Action::RepairLink {
        from: from.into(),
        to: to.into(),
    }
}

/// Whether a link has something wrong with it that is of this sort: of cuts, this very one.
fn has(gauge: &LinkGauge, impairment: Impairment) -> bool {
    gauge.impairments.iter().any(|is| match (is, impairment) {
        (Impairment::Cut { direction: is }, Impairment::Cut { direction }) => *is == direction,
        (is, other) => std::mem::discriminant(is) == std::mem::discriminant(&other),
    })
}

/// By control: the words, what comes of it, and the impairment.
const IMPAIRMENTS: [(&str, &str, &str, Impairment); 6] = [
    (
        "slow-link",
        "Slow it by 100 ms",
        "Everything takes 100 ms longer, each way.",
        Impairment::Delay { delay_ms: 100.0 },
    ),
    (
        "lose",
        "Lose 5 %",
        "5 % of what is sent is lost, and sent again after 200 ms or longer.",
        Impairment::Loss { share: 0.05 },
    ),
    (
        "limit",
        "Limit to 10 Mbit/s",
        "It carries 10 Mbit/s each way; the rest waits its turn.",
        Impairment::Bandwidth { mbps: 10.0 },
    ),
    (
        "cut",
        "Cut",
        "Nothing arrives, either way. What is sent waits until the link is repaired.",
        Impairment::Cut {
            direction: Direction::Both,
        },
    ),
    (
        "cut-calls",
        "Cut for calls",
        "No calls arrive; answers do.",
        Impairment::Cut {
            direction: Direction::Calls,
        },
    ),
    (
        "cut-answers",
        "Cut for answers",
        "Calls arrive and are worked on, and their answers do not come back.",
        Impairment::Cut {
            direction: Direction::Answers,
        },
    ),
];

/// What is wrong with a link, and what it holds up, in words: `cut · 120 held`.
pub fn link_words(gauge: &LinkGauge) -> Vec<String> {
    let impairments = gauge.impairments.iter();
    let held = (gauge.held > 0).then(|| format!("{} held", crate::format::count(gauge.held)));
    impairments
        .map(|impairment| impairment.words())
        .chain(held)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::Engine;
    use headroom_engine::snapshot::ComponentGauge;
    use headroom_engine::time::SimTime;
    use headroom_scenario::step::LADDER;
    use headroom_scenario::{Design, TimedAction};

    use crate::diagram::idle;

    fn part(id: &str) -> Component {
        let design = LADDER[LADDER.len() - 1].scenario().design;
        let (_, component) = design.component(id).expect("it is there");
        component.clone()
    }

    fn offered(component: &Component, gauge: &InstanceGauge, present: usize) -> Vec<&'static str> {
        offered_among(component, gauge, present, false)
    }

    fn offered_among(
        component: &Component,
        gauge: &InstanceGauge,
        present: usize,
        is_primary: bool,
    ) -> Vec<&'static str> {
        let among = Among {
            present,
            is_primary,
        };
        let deeds = of_instance(component, 0, gauge, among);
        deeds.iter().map(|deed| deed.control).collect()
    }

    #[test]
    fn only_what_makes_sense_is_offered_for_an_instance() {
        let (web, balancer, database) = (part("web"), part("lb"), part("db"));
        let mut gauge = idle();
        let all = [
            "kill",
            "hang",
            "slow-down",
            "destroy",
            "deploy",
            "add-instance",
            "remove-instance",
        ];
        assert_eq!(offered(&web, &gauge, 3), all);
        assert_eq!(offered(&part("dns"), &gauge, 1), [""; 0]);
        assert_eq!(offered(&web, &gauge, 1), all[..6], "the last one stays");
        assert_eq!(
            offered(&balancer, &gauge, 1),
            ["kill", "hang", "slow-down"],
            "it has nothing that only destruction would take"
        );
        gauge.slow_factor = 3.0;
        assert_eq!(offered(&balancer, &gauge, 1), ["kill", "hang", "repair"]);
        gauge.hangs = true;
        assert_eq!(
            offered(&database, &gauge, 1),
            ["kill", "destroy", "repair", "add-instance"],
            "what hangs gets no slower"
        );
        gauge = idle();
        gauge.state = InstanceState::Down;
        assert_eq!(offered(&balancer, &gauge, 1), ["repair"]);
        assert_eq!(
            offered(&database, &gauge, 1),
            ["destroy", "repair", "add-instance"],
            "its disk is still there"
        );
        gauge.state = InstanceState::Draining;
        assert_eq!(
            offered(&web, &gauge, 3),
            ["kill", "hang", "slow-down", "deploy", "add-instance"],
            "what finishes its work can still break"
        );
        gauge.hangs = true;
        assert!(offered(&web, &gauge, 3).contains(&"repair"));
    }

    #[test]
    fn a_replica_can_be_removed_and_the_primary_can_not() {
        let (database, gauge) = (part("db"), idle());
        let any = ["kill", "hang", "slow-down", "destroy"];
        let with = |more: &[&'static str]| [&any[..], more].concat();
        assert_eq!(
            offered_among(&database, &gauge, 3, false),
            with(&["cut-off", "promote", "add-instance", "remove-instance"])
        );
        let primary = offered_among(&database, &gauge, 3, true);
        assert_eq!(primary, with(&["cut-off", "add-instance"]));
        let alone = offered(&database, &gauge, 1);
        assert_eq!(alone, with(&["add-instance"]), "a first replica");
        let full = usize::from(COPIES_MAX);
        let primary = offered_among(&database, &gauge, full, true);
        assert_eq!(primary, with(&["cut-off"]));
        let words = adding(&database, 1).map(|deed| deed.words);
        assert_eq!(words, Some("Add a replica"));
    }

    /// What becomes of every request and every part where a part's first instance is hit after 2 s and repaired after 4.
    fn outcomes(
        design: &Design,
        hit: impl Fn(String, u16) -> Action,
        id: &str,
    ) -> (u64, Vec<ComponentGauge>) {
        let mut scenario = LADDER[LADDER.len() - 1].scenario();
        scenario.design = design.clone();
        let (component, instance) = (id.to_owned(), 0);
        let at = |second: u64, action| TimedAction {
            at_ns: second * 1_000_000_000,
            action,
        };
        scenario.script = vec![
            at(2, hit(id.to_owned(), 0)),
            at(
                4,
                Action::Repair {
                    component,
                    instance,
                },
            ),
        ];
        let mut engine = Engine::new(&scenario.validate().expect("it is valid"));
        engine.run_until(SimTime(7_000_000_000), u64::MAX);
        (engine.outcomes_digest(), engine.snapshot().components)
    }

    #[test]
    fn what_to_be_killed_is_as_bad_for_is_not_offered_to_be_destroyed() {
        let kill = |component, instance| Action::Kill {
            component,
            instance,
        };
        let destroy = |component, instance| Action::Destroy {
            component,
            instance,
        };
        let as_they_are = LADDER[LADDER.len() - 1].scenario().design;
        let mut otherwise = as_they_are.clone();
        for component in &mut otherwise.components {
            match &mut component.kind {
                Kind::Cache(cache) => cache.warm_restart = true,
                Kind::Service(service) => service.boot_s = 0.0,
                _ => {}
            }
        }
        for design in [&as_they_are, &otherwise] {
            for component in &design.components {
                let offered = offered(component, &idle(), 3);
                if !offered.contains(&"kill") {
                    continue;
                }
                let id = &component.id;
                let is_worse = outcomes(design, kill, id) != outcomes(design, destroy, id);
                assert_eq!(offered.contains(&"destroy"), is_worse, "{id}");
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_link_is_not_offered_again_and_can_be_mended() {
        let link = Link {
            from: "web".into(),
            to: "db".into(),
            ..Link::default()
        };
        let mut gauge = LinkGauge::default();
        let offered = |gauge: &LinkGauge| -> Vec<&'static str> {
            let deeds = of_link(&link, gauge);
            deeds.iter().map(|deed| deed.control).collect()
        };
        let all = IMPAIRMENTS.map(|(control, ..)| control);
        assert_eq!(offered(&gauge), all);
        let direction = Direction::Calls;
        gauge.impairments = vec![
            Impairment::Cut { direction },
            Impairment::Loss { share: 0.3 },
        ];
        assert_eq!(
            offered(&gauge),
            ["slow-link", "limit", "cut", "cut-answers", "repair-link"],
            "another share of loss is set in the inspector"
        );
        gauge.held = 1_200;
        assert_eq!(
            link_words(&gauge),
            ["cut for calls", "loses 30 %", "1,200 held"]
        );
    }
}
