//! What users do to a running design: faults, repairs, edits, traffic. By a script or live, it is the
//! same: an action takes effect before all else of its nanosecond.

use headroom_scenario::{
    Action, Impairment, Kind, Scenario, TimedAction, Traffic, done_by, validate_action_before,
};

use crate::component::Component;
use crate::component::part::Part;
use crate::control::Control;
use crate::control::deploy::Plan;
use crate::figures::reason::Reason;
use crate::figures::snapshot::InstanceState;
use crate::run::Run;
use crate::story::happening::Tone;
use crate::story::marks;
use crate::time::ns_from_ms;
use crate::world::request::{Hop, Line};

impl Control {
    /// Puts an action into the script, behind what that has for the same moment.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the action, and what would be right.
    pub fn apply(&mut self, at_ns: u64, action: &Action) -> Result<TimedAction, String> {
        let place = done_by(&self.script, at_ns);
        let (before, after) = self.script.split_at(place);
        let so_far = Scenario {
            script: before.to_vec(),
            ..Scenario::clone(&self.start)
        };
        validate_action_before(&so_far, action, after).map_err(|problem| problem.to_string())?;
        let timed = TimedAction {
            at_ns,
            action: action.clone(),
        };
        self.script.insert(place, timed.clone());
        Ok(timed)
    }

    pub(crate) fn act_by_script(&mut self, run: &mut Run) {
        let timed = self.script[self.script_next].clone();
        self.script_next += 1;
        run.digest.mix(timed.at_ns);
        run.digest.mix(self.script_next as u64);
        run.settle();
        self.act(run, &timed.action);
    }

    fn act(&mut self, run: &mut Run, action: &Action) {
        let now_ns = run.world.now_ns();
        run.world.marks.add_edit(now_ns, action, &run.scenario);
        match action {
            Action::SetRate { rate_rps } => {
                run.scenario.traffic.rate_rps = *rate_rps;
                run.clients(|clients, world| clients.set_rate(world, *rate_rps));
            }
            Action::SetTraffic { traffic } => run.set_traffic(traffic),
            Action::Kill {
                component,
                instance,
            } => self.on_machine(run, component, *instance, Run::kill),
            Action::Hang {
                component,
                instance,
            } => self.on_machine(run, component, *instance, Run::hang),
            Action::Destroy {
                component,
                instance,
            } => self.on_machine(run, component, *instance, Run::destroy),
            Action::CutOff {
                component,
                instance,
            } => self.on_machine(run, component, *instance, Run::cut_off),
            Action::Promote {
                component,
                instance,
            } => self.on_machine(run, component, *instance, Run::promote),
            Action::Repair {
                component,
                instance,
            } => self.on_machine(run, component, *instance, Run::repair),
            Action::Slow {
                component,
                instance,
                factor,
            } => self.on_instance(run, component, *instance, |_, run, number, instance| {
                run.slow(number, instance, *factor);
            }),
            Action::AddInstance { component } => self.on(run, component, Control::add_instance),
            Action::RemoveInstance {
                component,
                instance,
            } => self.on_instance(run, component, *instance, Control::remove_instance),
            Action::Deploy {
                component,
                batch,
                pause_s,
                drain_s,
            } => {
                let plan = Plan {
                    batch: *batch,
                    pause_ns: ns_from_ms(pause_s * 1e3),
                    drain_ns: ns_from_ms(drain_s * 1e3),
                };
                self.on(run, component, |control, run, number| {
                    control.deploy(run, number, plan)
                });
            }
            Action::Configure { component, kind } => {
                self.on(run, component, |control, run, number| {
                    control.configure(run, number, kind);
                })
            }
            Action::Edit { changes } => self.edit(run, changes),
            Action::SetLatency {
                from,
                to,
                latency_ms,
            } => {
                run.set_latency(from, to, *latency_ms);
            }
            Action::SetTimeout {
                from,
                to,
                timeout_ms,
            } => run.set_timeout(from, to, *timeout_ms),
            Action::ImpairLink {
                from,
                to,
                impairment,
            } => run.impair_link(from, to, Some(*impairment)),
            Action::RepairLink { from, to } => run.impair_link(from, to, None),
        }
    }

    /// Does something to a component. One that was taken away before is past that, and it is said so.
    pub(crate) fn on(
        &mut self,
        run: &mut Run,
        component: &str,
        action: impl FnOnce(&mut Control, &mut Run, u8),
    ) {
        match run.scenario.design.component(component) {
            Some((number, _)) => action(self, run, number as u8),
            None => run.pass_over(component),
        }
    }

    /// Something befalls an instance that nobody but the run need know of.
    fn on_machine(
        &mut self,
        run: &mut Run,
        component: &str,
        instance: u16,
        befalls: impl FnOnce(&mut Run, u8, u16),
    ) {
        self.on_instance(run, component, instance, |_, run, number, instance| {
            befalls(run, number, instance);
        });
    }

    /// Nothing happens any more to an instance that is gone. One that drains for good may still break and be
    /// mended, but not be taken out again.
    fn on_instance(
        &mut self,
        run: &mut Run,
        component: &str,
        instance: u16,
        action: impl FnOnce(&mut Control, &mut Run, u8, u16),
    ) {
        self.on(run, component, |control, run, number| {
            let hit = run.components[usize::from(number)].instance_mut(instance);
            if hit.is_some_and(|hit| hit.state != InstanceState::Gone) {
                action(control, run, number, instance);
            }
        });
    }

    /// A component has other parameters from now on.
    pub(crate) fn configure(&mut self, run: &mut Run, number: u8, kind: &Kind) {
        let row = &mut run.scenario.design.components[usize::from(number)];
        row.kind = kind.clone();
        let component = &mut run.components[usize::from(number)];
        component.configure(kind, &run.scenario, &mut run.world);
        run.connect();
        self.follow_autoscaling(run, number);
    }

    fn add_instance(&mut self, run: &mut Run, number: u8) {
        let Some(instance) = self.start_server(run, number) else {
            return;
        };
        self.note_servers(run, number);
        // Who asks a database that had no copies until now has to choose among them.
        run.connect();
        let name = run.world.name(number, instance);
        let boots = matches!(run.components[usize::from(number)], Component::Service(_));
        let words = marks::joins(&name, boots);
        run.world.mark(Tone::Neutral, words, number, Some(instance));
    }

    fn remove_instance(&mut self, run: &mut Run, number: u8, instance: u16) {
        let name = run.world.name(number, instance);
        let row = &run.scenario.design.components[usize::from(number)];
        if let Some(words) = run.components[usize::from(number)].is_to_stay(instance) {
            let words = format!("{name} {words}");
            run.world.mark(Tone::Neutral, words, number, Some(instance));
        } else if row.kind.facts().is_scalable && !run.is_leaving(number, instance) {
            self.take_out(run, number, instance);
            self.note_servers(run, number);
            let words = marks::taken_out(&name);
            run.world.mark(Tone::Neutral, words, number, Some(instance));
        }
    }
}

impl Run {
    fn set_traffic(&mut self, traffic: &Traffic) {
        let before = std::mem::replace(&mut self.scenario.traffic, traffic.clone());
        self.world.set_traffic(traffic);
        let scenario = &self.scenario;
        if let Component::Clients(clients) = &mut self.components[self.clients_number] {
            clients.set_traffic(traffic, scenario, &mut self.world);
            self.world.popularity = Some(clients.popularity());
        }
        for link in 0..scenario.design.links.len() {
            self.world
                .set_latency(link, scenario.design.links[link].latency_ms, scenario);
        }
        self.connect();
        if before.keys != traffic.keys {
            self.fit_values();
        }
    }

    /// Values are larger or smaller from now on: more or fewer of them fit where they are stored.
    fn fit_values(&mut self) {
        let rows = self.scenario.design.components.iter();
        for (component, row) in self.components.iter_mut().zip(rows) {
            match row.kind {
                Kind::Service(_) | Kind::Cache(_) | Kind::Database(_) => {
                    component.configure(&row.kind, &self.scenario, &mut self.world);
                }
                Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => {}
            }
        }
    }

    /// What the script does to a part that was taken away before, or to a link there, has no effect.
    fn pass_over(&mut self, component: &str) {
        let mut rows = self.scenario.design.components.iter();
        if let Some(number) = rows.rposition(|row| row.id == component) {
            let words = marks::passed_over(self.world.title(number as u8));
            self.world.mark(Tone::Neutral, words, number as u8, None);
        }
    }

    fn set_latency(&mut self, from: &str, to: &str, latency_ms: f64) {
        let design = &mut self.scenario.design;
        let Some(link) = design.link(from, to) else {
            return self.pass_over(to);
        };
        design.links[link].latency_ms = latency_ms;
        self.world.set_latency(link, latency_ms, &self.scenario);
    }

    fn set_timeout(&mut self, from: &str, to: &str, timeout_ms: f64) {
        let design = &mut self.scenario.design;
        if let Some(link) = design.link(from, to) {
            design.links[link].timeout_ms = timeout_ms;
            self.world.set_timeout(link, timeout_ms);
        } else {
            self.pass_over(to);
        }
    }

    fn impair_link(&mut self, from: &str, to: &str, impairment: Option<Impairment>) {
        let Some(link) = self.scenario.design.link(from, to) else {
            return self.pass_over(to);
        };
        let [from, to] = [from, to].map(|id| self.scenario.design.title(id));
        let (tone, words) = match impairment {
            Some(impairment) => (Tone::Bad, marks::impaired(from, to, impairment)),
            None => (Tone::Good, marks::carries_again(from, to)),
        };
        let called = self.world.wires[link].to;
        self.world.mark(tone, words, called, None);
        self.world.impair(link, impairment, &self.scenario);
    }

    /// An instance that has started will serve after its boot time.
    pub(crate) fn boot_later(&mut self, number: u8, instance: u16) {
        self.components[usize::from(number)].starts(&mut self.world, instance);
    }

    fn slow(&mut self, number: u8, instance: u16, factor: f64) {
        let name = self.world.name(number, instance);
        if let Some(slowed) = self.components[usize::from(number)].instance_mut(instance) {
            slowed.slow_factor = factor;
            let words = marks::slower(&name, factor);
            self.world.mark(Tone::Bad, words, number, Some(instance));
        }
    }

    /// An instance is as fast as usual again, and one that is dead comes back; if it died before it had
    /// booted, it boots first.
    fn repair(&mut self, number: u8, instance: u16) {
        let name = self.world.name(number, instance);
        let component = &mut self.components[usize::from(number)];
        let Some(repaired) = component.instance_mut(instance) else {
            return;
        };
        let was_broken = repaired.state == InstanceState::Down
            || repaired.hangs
            || repaired.is_cut_off
            || repaired.slow_factor != 1.0;
        repaired.slow_factor = 1.0;
        let hung = std::mem::take(&mut repaired.hangs);
        let was_cut_off = std::mem::take(&mut repaired.is_cut_off);
        let mut words = marks::works_again(&name);
        match (repaired.state, repaired.has_booted) {
            (InstanceState::Down, true) => {
                repaired.state = InstanceState::Up;
                component.repaired(&mut self.world, instance);
            }
            (InstanceState::Down, false) => {
                repaired.state = InstanceState::Booting;
                self.boot_later(number, instance);
                words = format!("{name} starts again");
            }
            _ => {}
        }
        if hung {
            self.components[usize::from(number)].goes_on(&mut self.world, instance);
            self.end_standstill(number, instance);
        }
        if was_cut_off {
            self.components[usize::from(number)].reached(&mut self.world, instance);
        }
        if was_broken {
            self.world.mark(Tone::Good, words, number, Some(instance));
        }
    }

    /// An instance takes nothing up from now on, and answers nothing.
    fn hang(&mut self, number: u8, instance: u16) {
        let name = self.world.name(number, instance);
        let component = &mut self.components[usize::from(number)];
        let Some(hung) = component.instance_mut(instance) else {
            return;
        };
        if hung.hangs || !hung.runs() {
            return;
        }
        hung.hangs = true;
        component.hung(&mut self.world);
        self.world
            .mark(Tone::Bad, marks::hangs(&name), number, Some(instance));
        self.begin_standstill(number, instance);
    }

    /// A copy is cut off from the others.
    fn cut_off(&mut self, number: u8, instance: u16) {
        let name = self.world.name(number, instance);
        let Some(cut) = self.components[usize::from(number)].instance_mut(instance) else {
            return;
        };
        if !std::mem::replace(&mut cut.is_cut_off, true) {
            let words = marks::cut_off(&name);
            self.world.mark(Tone::Bad, words, number, Some(instance));
        }
    }

    /// A copy is to be the primary.
    fn promote(&mut self, number: u8, instance: u16) {
        if let Component::Database(database) = &mut self.components[usize::from(number)] {
            database.switch_to(&mut self.world, instance);
        }
    }

    /// The standby of a balancer takes its place, if it is still needed: what one had that hangs is lost, and
    /// what comes finds the other.
    pub(crate) fn take_over(&mut self, number: u8, instance: u16) {
        let now_ns = self.world.now_ns();
        let Component::LoadBalancer(balancer) = &mut self.components[usize::from(number)] else {
            return;
        };
        if !balancer.is_taken_over(now_ns) {
            return;
        }
        let hung = std::mem::take(&mut balancer.instance.hangs);
        balancer.take_over(&mut self.world);
        if hung {
            self.reset_requests_in(number, instance);
            self.end_standstill(number, instance);
        }
    }

    /// An instance dies, if it has not yet, and its disk with it.
    fn destroy(&mut self, number: u8, instance: u16) {
        let name = self.world.name(number, instance);
        let hit = self.components[usize::from(number)].instance_mut(instance);
        if hit.is_some_and(|hit| hit.runs()) {
            self.die(number, instance);
        }
        let component = &mut self.components[usize::from(number)];
        component.destroyed(&mut self.world, instance);
        self.world
            .mark(Tone::Bad, marks::destroyed(&name), number, Some(instance));
    }

    /// An instance dies: whatever it held fails at once for who waits for it, and goes on below,
    /// unwanted.
    fn kill(&mut self, number: u8, instance: u16) {
        let name = self.world.name(number, instance);
        let killed = self.components[usize::from(number)].instance_mut(instance);
        if killed.is_none_or(|killed| !killed.runs()) {
            return;
        }
        self.world
            .mark(Tone::Bad, marks::dies(&name), number, Some(instance));
        self.die(number, instance);
    }

    /// An instance drains, and is gone when it has finished.
    pub(crate) fn is_leaving(&self, number: u8, instance: u16) -> bool {
        let instances = self.components[usize::from(number)].instances();
        let leaving = instances.get(usize::from(instance));
        leaving.is_some_and(|it| it.state == InstanceState::Draining && !it.restarts)
    }

    /// An instance is down from now on, or gone where it was to leave anyway.
    fn die(&mut self, number: u8, instance: u16) {
        let is_leaving = self.is_leaving(number, instance);
        self.stop(number, instance, InstanceState::Down);
        if is_leaving {
            self.end(number, instance);
        }
    }

    /// An instance stops at once: whatever it held is reset.
    pub(crate) fn stop(&mut self, number: u8, instance: u16, state: InstanceState) {
        let component = &mut self.components[usize::from(number)];
        let Some(stopped) = component.instance_mut(instance) else {
            return;
        };
        stopped.state = state;
        stopped.hangs = false;
        stopped.restarts = false;
        stopped.has_booted &= state == InstanceState::Down;
        stopped.incarnation += 1;
        stopped.line = Line::default();
        let now_ns = self.world.now_ns();
        self.world.meter(number, instance).busy.set(now_ns, 0);
        self.world.clear_line(number, instance);
        component.died(&mut self.world, instance);
        self.tell_balancers(number, |balancer, _| balancer.instance_stopped(instance));
        self.reset_requests_in(number, instance);
        self.end_standstill(number, instance);
    }

    fn reset_requests_in(&mut self, number: u8, instance: u16) {
        let world = &mut self.world;
        let is_here =
            |hop: Hop| hop.instance == instance && world.wires[usize::from(hop.link)].to == number;
        let (mut local, mut held) = (Vec::new(), Vec::new());
        for (id, request) in world.requests.iter() {
            let Some(depth) = request.hops().position(is_here) else {
                continue;
            };
            if depth + 1 == usize::from(request.depth) && request.stage.is_local() {
                local.push(id);
            }
            held.push((request.order(id), depth as u16));
        }
        // Who hears of it first is not a question of where its record is.
        held.sort_unstable();
        let is_local = |id: u32| local.binary_search(&id).is_ok();
        world.disown(is_local);
        for (order, depth) in held {
            let id = order as u32;
            let reset = match is_local(id) {
                true => Some(id),
                false => world.split(id, depth as u8 + 1),
            };
            if let Some(reset) = reset {
                world.refuse(reset, Reason::ConnectionReset);
            }
        }
    }
}
