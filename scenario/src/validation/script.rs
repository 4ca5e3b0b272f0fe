//! Rules for what happens during a run.

use super::design::{self, unknown_component};
use super::edit;
use super::{Part, at_most, component, sites, text::named, traffic};
use crate::limits;
use crate::problem::{Path, Problems};
use crate::{
    Action, Change, Component, Curve, Design, Impairment, Keys, Kind, KindTag, LoopModel, Problem,
    Scenario, Target, TimedAction,
};

pub(super) fn check(problems: &mut Problems, at: &Path, scenario: &Scenario) {
    let script = &scenario.script;
    at_most(problems, at, script.len(), limits::SCRIPT_MAX, "actions");
    let designs = designs(scenario, script.iter().map(|timed| &timed.action));
    let mut stage = Stage::of(scenario, &designs);
    let is_clear = design::are_told_apart(&scenario.design);
    let mut before_ns = 0;
    for (index, TimedAction { at_ns, action }) in script.iter().enumerate() {
        let at = &at.index(index);
        Part::of(problems, at).within("at_ns", *at_ns, limits::INTEGER);
        if *at_ns < before_ns {
            let message =
                format!("{at_ns} ns is before the action above: put actions in order of time");
            problems.add(&at.field("at_ns"), message);
        }
        before_ns = *at_ns;
        if is_clear || !design::is_in_doubt(action.target(), &scenario.design) {
            stage.play(problems, &at.field("action"), action);
        }
    }
    problems.about(None);
}

/// Whether an action may follow all those in the scenario's script, such as a click on a running
/// design. The path of a problem starts at the action.
pub fn validate_action(scenario: &Scenario, action: &Action) -> Result<(), Problem> {
    validate_action_before(scenario, action, &[])
}

/// Whether an action may follow all those in the scenario's script, and these may still follow it.
pub fn validate_action_before(
    scenario: &Scenario,
    action: &Action,
    after: &[TimedAction],
) -> Result<(), Problem> {
    let [before, later] =
        [&scenario.script, after].map(|script| script.iter().map(|timed| &timed.action));
    let designs = designs(scenario, before.chain([action]).chain(later));
    let mut stage = Stage::of(scenario, &designs);
    let mut ignored = Problems::default();
    for TimedAction { action, .. } in &scenario.script {
        stage.play(&mut ignored, &Path::Root, action);
    }
    let mut problems = Problems::default();
    stage.forgives = false;
    stage.play(&mut problems, &Path::Root, action);
    stage.forgives = true;
    if let Some(problem) = problems.into_list().into_iter().next() {
        return Err(problem);
    }
    for TimedAction { at_ns, action } in after {
        let mut problems = Problems::default();
        stage.play(&mut problems, &Path::Root, action);
        if let Some(mut problem) = problems.into_list().into_iter().next() {
            let seconds = *at_ns as f64 / 1e9;
            problem.message = format!(
                "what the script does {seconds} s into the run would make no sense then: {}",
                problem.message
            );
            return Err(problem);
        }
    }
    Ok(())
}

/// The designs that there are as a script goes on: at first, and after each of its edits.
fn designs<'a>(scenario: &Scenario, actions: impl Iterator<Item = &'a Action>) -> Vec<Design> {
    let mut so_far = Scenario {
        script: Vec::new(),
        ..scenario.clone()
    };
    let mut designs = vec![so_far.design.clone()];
    for action in actions {
        action.carry_out(&mut so_far);
        if let Action::Edit { .. } = action {
            designs.push(so_far.design.clone());
        }
    }
    designs
}

/// What there is as the script goes on.
struct Stage<'a> {
    /// The design by then, and those that it will be.
    designs: &'a [Design],
    /// The curve that the rate is a factor on.
    curve: &'a Curve,
    /// Whether there is a rate at all.
    loop_model: &'a LoopModel,
    /// What caches hold by then.
    keys: &'a Keys,
    troupes: Vec<Troupe<'a>>,
    /// An action on an instance that was removed before is let pass: it has no effect. A script may
    /// come to it when a user has been faster.
    forgives: bool,
}

/// A component and its instances: numbers are given in order and never again, but by an autoscaler,
/// of which nobody knows beforehand what it will have started by then.
struct Troupe<'a> {
    kind: &'a Kind,
    /// Most that there may be.
    numbered: u16,
    removed: Vec<u16>,
    /// An autoscaler starts and removes them, or has done so.
    is_scaled: bool,
    /// It was taken away as a whole.
    has_left: bool,
}

impl<'a> Stage<'a> {
    fn of(scenario: &'a Scenario, designs: &'a [Design]) -> Self {
        let traffic = &scenario.traffic;
        Self {
            designs,
            curve: &traffic.curve,
            loop_model: &traffic.client.loop_model,
            keys: &traffic.keys,
            troupes: designs[0].components.iter().map(Troupe::of).collect(),
            forgives: true,
        }
    }

    /// The design by now.
    fn design(&self) -> &'a Design {
        &self.designs[0]
    }

    fn play(&mut self, problems: &mut Problems, at: &Path, action: &'a Action) {
        problems.about(None);
        match action {
            Action::SetRate { rate_rps } => {
                let at = &at.field("set_rate");
                Part::of(problems, at).within("rate_rps", *rate_rps, limits::RATE_RPS);
                traffic::peak(problems, &at.field("rate_rps"), *rate_rps, self.curve);
                if let LoopModel::Closed { .. } = self.loop_model {
                    let message = "users of a closed loop ask as fast as they are answered and have no \
                                   rate of their own: set their number, with set_traffic";
                    problems.add(&at.field("rate_rps"), message);
                }
            }
            Action::SetTraffic { traffic } => {
                let at = &at.field("set_traffic");
                traffic::check(problems, &at.field("traffic"), traffic);
                self.curve = &traffic.curve;
                self.loop_model = &traffic.client.loop_model;
                self.keys = &traffic.keys;
                self.keys_to_hold(problems, &at.field("traffic"));
            }
            Action::Kill { .. } => self.target(problems, &at.field("kill"), action),
            Action::Hang { .. } => self.target(problems, &at.field("hang"), action),
            Action::Destroy { .. } => self.target(problems, &at.field("destroy"), action),
            Action::CutOff { .. } => self.copy(problems, &at.field("cut_off"), action),
            Action::Promote { .. } => self.copy(problems, &at.field("promote"), action),
            Action::Repair { .. } => self.target(problems, &at.field("repair"), action),
            Action::Slow { factor, .. } => {
                let at = &at.field("slow");
                self.target(problems, at, action);
                Part::of(problems, at).within("factor", *factor, limits::SLOW_FACTOR);
            }
            Action::AddInstance { component } => {
                self.add(problems, &at.field("add_instance"), component)
            }
            Action::RemoveInstance {
                component,
                instance,
            } => {
                self.remove(problems, &at.field("remove_instance"), component, *instance);
            }
            Action::Deploy {
                component,
                batch,
                pause_s,
                drain_s,
            } => {
                let at = &at.field("deploy");
                self.deploy(problems, at, component);
                Part::of(problems, at)
                    .within("batch", *batch, limits::INSTANCES)
                    .within("pause_s", *pause_s, limits::TIME_S)
                    .within("drain_s", *drain_s, limits::TIME_S);
            }
            Action::Configure { component, kind } => {
                self.configure(problems, &at.field("configure"), component, kind);
            }
            Action::Edit { changes } => self.edit(problems, &at.field("edit"), changes),
            Action::SetLatency {
                from,
                to,
                latency_ms,
            } => {
                let at = &at.field("set_latency");
                self.target(problems, at, action);
                Part::of(problems, at).within("latency_ms", *latency_ms, limits::LATENCY_MS);
                sites::between(problems, at, self.design(), [from, to], *latency_ms);
            }
            Action::SetTimeout {
                from, timeout_ms, ..
            } => {
                let at = &at.field("set_timeout");
                self.target(problems, at, action);
                Part::of(problems, at).within("timeout_ms", *timeout_ms, limits::WAIT_MS);
                design::timeout(problems, at, self.design(), from, *timeout_ms);
            }
            Action::ImpairLink { impairment, .. } => {
                let at = &at.field("impair_link");
                self.target(problems, at, action);
                self::impairment(problems, &at.field("impairment"), impairment);
            }
            Action::RepairLink { .. } => self.target(problems, &at.field("repair_link"), action),
        }
    }

    /// An action on a copy of a database, which has others.
    fn copy(&self, problems: &mut Problems, at: &Path, action: &Action) {
        self.target(problems, at, action);
        let Target::Instance(id, _) = action.target() else {
            return;
        };
        let Some((index, component)) = self.design().component(id) else {
            return;
        };
        let kind = component.kind.facts();
        if component.kind.tag() != KindTag::Database {
            let message = format!("a {} has no copies: name a database", kind.title);
            problems.add(&at.field("component"), message);
        } else if self.troupes[index].present() < 2 {
            let name = named(component);
            let message = format!("{name} has no replica by then: give it one, or name another");
            problems.add(&at.field("component"), message);
        }
    }

    /// Whether the servers' own caches may hold the keys there are now.
    fn keys_to_hold(&self, problems: &mut Problems, at: &Path) {
        let is_service = |index: &usize| matches!(self.troupes[*index].kind, Kind::Service(_));
        let mut services = (0..self.troupes.len()).filter(is_service);
        let too_much = services.find_map(|index| Some((index, self.too_much_of_its_own(index)?)));
        if let Some((index, message)) = too_much {
            let service = named(&self.design().components[index]);
            let message = format!("the own caches of {service} would hold too much: {message}");
            problems.add(&at.field("keys").field("count"), message);
        }
    }

    /// Whether there is what an action is done to.
    fn target(&self, problems: &mut Problems, at: &Path, action: &Action) {
        match action.target() {
            Target::Instance(component, instance) => {
                self.instance(problems, at, component, instance);
            }
            Target::Link(from, to) => self.link(problems, at, from, to),
            Target::Component(_) | Target::Design | Target::Traffic => {
                unreachable!("they are checked by themselves")
            }
        }
    }

    /// An action on a link that was taken away before is let pass, as one on such a component is.
    fn link(&self, problems: &mut Problems, at: &Path, from: &str, to: &str) {
        let design = self.design();
        let mut ever = design.links.iter();
        let was = ever.any(|link| link.from == from && link.to == to);
        let is_forgiven = self.forgives && was && design.link(from, to).is_none();
        if !is_forgiven {
            edit::ends(problems, at, design, from, to);
        }
    }

    /// Whether a component was taken away before, and an action on it is let pass.
    fn has_left(&self, id: &str) -> bool {
        let design = self.design();
        let was = design.components.iter().any(|component| component.id == id);
        self.forgives && was && design.component(id).is_none()
    }

    fn component(
        &self,
        problems: &mut Problems,
        at: &Path,
        id: &str,
    ) -> Option<(usize, &'a Component)> {
        let found = self.design().component(id);
        match found {
            Some(_) => problems.about(Some(id)),
            None if self.has_left(id) => {}
            None => unknown_component(problems, &at.field("component"), id, self.design()),
        }
        found
    }

    /// The component's place in the list, if it has or has had this instance.
    fn instance(
        &self,
        problems: &mut Problems,
        at: &Path,
        id: &str,
        instance: u16,
    ) -> Option<usize> {
        let (index, component) = self.component(problems, at, id)?;
        let at = &at.field("instance");
        let Troupe {
            numbered,
            removed,
            is_scaled,
            ..
        } = &self.troupes[index];
        let complaint = match numbered {
            0 => format!(
                "a {} has no instances of its own: name a component that has",
                component.kind.facts().title
            ),
            _ if *is_scaled && instance < limits::INSTANCES_MAX => return Some(index),
            1 if instance > 0 => format!("{} has one instance by then: give 0", named(component)),
            _ if instance >= *numbered => format!(
                "{} has {numbered} instances by then: give at most {}, for they are numbered from 0",
                named(component),
                numbered - 1
            ),
            _ if removed.contains(&instance) && self.forgives => return None,
            _ if removed.contains(&instance) => {
                format!(
                    "instance {instance} of {} is removed by then: name one that is there",
                    named(component)
                )
            }
            _ => return Some(index),
        };
        problems.add(at, complaint);
        None
    }

    fn add(&mut self, problems: &mut Problems, at: &Path, id: &str) {
        let Some((index, component)) = self.component(problems, at, id) else {
            // What comes later counts on it.
            if let Some(meant) = self.meant(id) {
                self.troupes[meant].numbered += 1;
            }
            return;
        };
        let total: usize = self.troupes.iter().map(Troupe::present).sum();
        let troupe = &mut self.troupes[index];
        let at = &at.field("component");
        if !component.kind.facts().is_scalable {
            let message = format!(
                "a {} is one: add instances to a service, a cache or a database",
                component.kind.facts().title
            );
            problems.add(at, message);
        } else if component.kind.tag() == KindTag::Database
            && troupe.present() >= usize::from(limits::COPIES_MAX)
        {
            let most = limits::COPIES_MAX;
            let message = format!("a database has at most {most} copies: it has them all");
            problems.add(at, message);
        } else if troupe.numbered >= limits::INSTANCES_MAX || total >= limits::INSTANCES_TOTAL_MAX {
            let message = format!(
                "there is no room for one more: at most {} instances of a component are ever started, {} in all",
                limits::INSTANCES_MAX,
                limits::INSTANCES_TOTAL_MAX
            );
            problems.add(at, message);
        } else {
            troupe.numbered += 1;
            if let Some(message) = self.too_much_together(index) {
                problems.add(at, format!("one more is too many: {message}"));
            }
        }
    }

    /// What a component and its instances ask for together, its balancer included, if that is too much.
    fn too_much_together(&self, index: usize) -> Option<String> {
        self.too_much_of_its_own(index)
            .or_else(|| self.ring_in_front(index))
    }

    fn too_much_of_its_own(&self, index: usize) -> Option<String> {
        let Troupe { kind, numbered, .. } = &self.troupes[index];
        let own = component::together(kind, *numbered, self.keys);
        own.into_iter().next().map(|(_, message)| message)
    }

    /// What is wrong with the ring of a balancer in front of a component.
    fn ring_in_front(&self, index: usize) -> Option<String> {
        let mut callers = self.design().callers(index);
        let numbered = self.troupes[index].numbered;
        callers.find_map(|(caller, _)| self.balancer_ring(caller, numbered))
    }

    /// Why an autoscaler can't have its most instances beside all others.
    fn no_room_to_scale(&self, index: usize) -> Option<String> {
        self.ring_in_front(index).or_else(|| self.too_many_in_all())
    }

    fn too_many_in_all(&self) -> Option<String> {
        let total: usize = self.troupes.iter().map(Troupe::present).sum();
        let most = limits::INSTANCES_TOTAL_MAX;
        let too_many = || format!("{total} instances in all are too many: at most {most}");
        (total > most).then(too_many)
    }

    /// What is wrong with the ring of a balancer before so many instances.
    fn balancer_ring(&self, index: usize, instances: u16) -> Option<String> {
        let Kind::LoadBalancer(balancer) = self.troupes[index].kind else {
            return None;
        };
        component::balancer_ring(balancer, instances)
    }

    /// The place of the first component of a kind that a component calls.
    fn callee(&self, index: usize, kind: KindTag) -> Option<usize> {
        let mut callees = self.design().callees(index);
        let found = callees.find(|(_, callee)| callee.kind.tag() == kind);
        found.map(|(index, _)| index)
    }

    fn remove(&mut self, problems: &mut Problems, at: &Path, id: &str, instance: u16) {
        let Some(index) = self.instance(problems, at, id, instance) else {
            return;
        };
        let kind = &self.design().components[index].kind;
        let troupe = &mut self.troupes[index];
        if !kind.facts().is_scalable {
            let message = format!(
                "a {} is one: remove instances of a service, a cache or a database",
                kind.facts().title
            );
            problems.add(&at.field("component"), message);
        } else if troupe.present() == 1 {
            problems.add(
                &at.field("instance"),
                "the last instance stays: kill it to see what happens",
            );
        } else if !troupe.is_scaled {
            troupe.removed.push(instance);
        }
    }

    fn deploy(&self, problems: &mut Problems, at: &Path, id: &str) {
        if let Some((_, component)) = self.component(problems, at, id)
            && !component.kind.facts().is_deployable
        {
            let title = component.kind.facts().title;
            let message = format!("a {title} runs no version of yours: name a service");
            problems.add(&at.field("component"), message);
        }
    }

    fn configure(&mut self, problems: &mut Problems, at: &Path, id: &str, kind: &'a Kind) {
        let Some((index, _)) = self.component(problems, at, id) else {
            let meant = self.meant(id).map(|index| &mut self.troupes[index]);
            if let Some(meant) = meant.filter(|meant| meant.kind.tag() == kind.tag()) {
                meant.becomes(kind);
            }
            return component::check(problems, &at.field("kind"), kind, self.keys);
        };
        let at = &at.field("kind");
        if !self.reconfigure(problems, at, index, kind) {
            return;
        }
        let at = &at.field(kind.facts().name);
        if let Some((field, message)) = self.wrong_in_place(index) {
            problems.add(&at.field(field), message);
        }
    }

    /// The place of the component that an unknown id most likely means; none where it names one that has left.
    fn meant(&self, id: &str) -> Option<usize> {
        let is_known = self.has_left(id);
        (!is_known)
            .then(|| design::meant(id, self.design()))
            .flatten()
    }

    /// A component has other parameters from now on, whether they go with what else there is or not. Says
    /// whether they make sense by themselves.
    fn reconfigure(
        &mut self,
        problems: &mut Problems,
        at: &Path,
        index: usize,
        kind: &'a Kind,
    ) -> bool {
        let component = &self.design().components[index];
        if component.kind.tag() != kind.tag() {
            let message = format!(
                "{} is a {} and can't become a {}: give its own kind",
                named(component),
                component.kind.facts().title,
                kind.facts().title
            );
            problems.add(at, message);
            component::check(problems, at, kind, self.keys);
            return false;
        }
        component::check(problems, at, kind, self.keys);
        let before = self.troupes[index].kind;
        self.troupes[index].becomes(kind);
        let other = component::other_start(before, kind);
        if let Some((field, message)) = &other {
            problems.add(&at.field(kind.facts().name).field(field), message);
        }
        other.is_none()
    }

    /// Components and links come and go.
    fn edit(&mut self, problems: &mut Problems, at: &Path, changes: &'a [Change]) {
        let before = problems.count();
        let all = &at.field("changes");
        edit::steps(problems, all, self.design(), self.keys, changes);
        for (index, change) in changes.iter().enumerate() {
            if let Change::Configure { component, kind } = change
                && let Some((place, _)) = self.design().component(component)
            {
                let (at, name) = (&all.index(index), "configure");
                self.reconfigure(problems, &at.field(name).field("kind"), place, kind);
            }
        }
        self.designs = &self.designs[1..];
        let after = self.design();
        for component in &after.components[self.troupes.len()..] {
            self.troupes.push(Troupe::of(component));
        }
        for (place, troupe) in self.troupes.iter_mut().enumerate() {
            troupe.has_left = !after.components.has(place);
        }
        if problems.count() == before {
            edit::whole(problems, at, after, self.keys);
        }
        if problems.count() == before
            && let Some(message) = self.wrong_in_design()
        {
            problems.add(
                at,
                format!("the design that it leaves can't run: {message}"),
            );
        }
    }

    /// What of the design does not go with the instances that there are by now.
    fn wrong_in_design(&self) -> Option<String> {
        let mut present = self.design().components.present();
        let wrong = present.find_map(|(place, component)| {
            let (_, message) = self.wrong_in_place(place)?;
            Some(format!("{}: {message}", named(component)))
        });
        wrong.or_else(|| self.too_many_in_all())
    }

    /// What of a component's new parameters does not go with its instances or its links.
    fn wrong_in_place(&self, index: usize) -> Option<(&'static str, String)> {
        let Troupe { kind, numbered, .. } = &self.troupes[index];
        let by_links = match kind {
            Kind::LoadBalancer(_) => self.callee(index, KindTag::Service).and_then(|service| {
                let message = self.balancer_ring(index, self.troupes[service].numbered)?;
                Some(("virtual_nodes", message))
            }),
            Kind::Cache(cache) => {
                let has_none = self.callee(index, KindTag::Database).is_none();
                let wrong = has_none.then(|| component::without_database(cache));
                let wrong = wrong.flatten();
                wrong.map(|(field, message)| (field, message.to_owned()))
            }
            Kind::Service(service) => {
                let scales = service.autoscaling.is_some();
                let wrong = scales.then(|| self.no_room_to_scale(index)).flatten();
                wrong.map(|message| ("autoscaling", message))
            }
            Kind::Clients(_) | Kind::Dns(_) | Kind::Database(_) => None,
        };
        // As many as it would start with have been looked at with its other parameters.
        let is_news = *numbered != kind.instances_max();
        let together = || {
            component::together(kind, *numbered, self.keys)
                .into_iter()
                .next()
        };
        by_links.or_else(|| is_news.then(together).flatten())
    }
}

fn impairment(problems: &mut Problems, at: &Path, impairment: &Impairment) {
    match impairment {
        Impairment::Delay { delay_ms } => {
            let at = &at.field("delay");
            Part::of(problems, at).within("delay_ms", *delay_ms, limits::LATENCY_MS);
        }
        Impairment::Loss { share } => {
            Part::of(problems, &at.field("loss")).within("share", *share, limits::LOSS_SHARE);
        }
        Impairment::Bandwidth { mbps } => {
            let at = &at.field("bandwidth");
            Part::of(problems, at).within("mbps", *mbps, limits::BANDWIDTH_MBPS);
        }
        Impairment::Cut { direction: _ } => {}
    }
}

impl<'a> Troupe<'a> {
    fn of(component: &'a Component) -> Self {
        Self {
            kind: &component.kind,
            numbered: component.kind.instances_max(),
            removed: Vec::new(),
            is_scaled: component.kind.autoscaling().is_some(),
            has_left: false,
        }
    }

    fn becomes(&mut self, kind: &'a Kind) {
        self.kind = kind;
        if let Some(scaling) = kind.autoscaling() {
            self.numbered = self.numbered.max(scaling.instances_max);
            self.is_scaled = true;
        }
    }

    fn present(&self) -> usize {
        if self.has_left {
            return 0;
        }
        usize::from(self.numbered) - self.removed.len()
    }
}
