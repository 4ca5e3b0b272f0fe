//! Edits of a running design: components and links come and go, all in one nanosecond.
//!
//! What comes is new: its servers boot, its memory is cold, its random numbers are its own. What goes is sent
//! nothing more. It finishes what it has and what is on its way to it, over the links that it has had, and is
//! gone; only a machine that hangs would never finish, and what it has is reset. A request midway goes on over
//! the links that there are by then.

use headroom_scenario::Change;

use crate::component::Component;
use crate::component::instance::Instance;
use crate::component::part::Part;
use crate::control::Control;
use crate::figures::snapshot::InstanceState;
use crate::run::Run;

impl Control {
    /// Carries all changes of an edit out.
    pub(crate) fn edit(&mut self, run: &mut Run, changes: &[Change]) {
        let mut gone = Vec::new();
        for change in changes {
            if let Change::Remove { component } = change
                && let Some((number, _)) = run.scenario.design.component(component)
            {
                gone.push(number as u8);
            }
            run.scenario.design.apply(change);
            match change {
                Change::Add { .. } => self.open(run),
                Change::Configure { component, kind } => {
                    self.on(run, component, |control, run, number| {
                        control.configure(run, number, kind);
                    });
                }
                Change::Remove { .. } | Change::Link { .. } | Change::Unlink { .. } => {}
            }
            run.follow_links();
        }
        run.connect();
        gone.into_iter().for_each(|number| self.close(run, number));
    }

    /// The last component of the design has just come.
    fn open(&mut self, run: &mut Run) {
        let number = run.components.len() as u8;
        run.world.open(&run.scenario.design, number.into());
        run.statistics.open();
        let component = Component::new(number, &run.scenario, &mut run.world);
        run.components.push(component);
        let servers = run.components[usize::from(number)].instances().len() as u16;
        if let Component::Service(service) = &mut run.components[usize::from(number)] {
            service.instances.fill_with(Instance::booting);
            (0..servers).for_each(|instance| run.boot_later(number, instance));
        }
        self.follow_autoscaling(run, number);
    }

    /// A component was taken away: nothing is done to it any more, and each of its instances leaves. A balancer
    /// that leaves with its service goes on sending to it what is still to come.
    fn close(&mut self, run: &mut Run, number: u8) {
        self.deploys.retain(|deploy| !deploy.is_of(number));
        self.scalings.retain(|scaling| !scaling.is_of(number));
        let count = run.components[usize::from(number)].instances().len() as u16;
        for instance in 0..count {
            let left = &run.components[usize::from(number)].instances()[usize::from(instance)];
            if left.state == InstanceState::Gone || run.is_leaving(number, instance) {
                continue;
            }
            if left.hangs {
                run.stop(number, instance, InstanceState::Down);
            }
            self.let_leave(run, number, instance);
        }
    }
}

impl Run {
    /// Every component that there is looks at its links.
    pub(crate) fn connect(&mut self) {
        for number in 0..self.components.len() {
            if !self.scenario.design.components.has(number) {
                continue;
            }
            let component = &mut self.components[number];
            let before = component.service_behind();
            component.connect(&self.scenario, &mut self.world);
            if let Some(service) = component.service_behind()
                && before != Some(service)
            {
                self.introduce(number, service);
            }
        }
    }

    /// A balancer learns what has become of the instances behind it so far.
    fn introduce(&mut self, balancer: usize, service: u8) {
        let instances = self.components[usize::from(service)].instances();
        let states: Vec<InstanceState> = instances.iter().map(|it| it.state).collect();
        for (instance, state) in (0u16..).zip(states) {
            let is_leaving = self.is_leaving(service, instance);
            if let Component::LoadBalancer(balancer) = &mut self.components[balancer] {
                match state {
                    InstanceState::Gone => balancer.instance_removed(&mut self.world, instance),
                    _ if is_leaving => balancer.instance_removed(&mut self.world, instance),
                    InstanceState::Booting => balancer.instance_boots(&mut self.world, instance),
                    InstanceState::Up | InstanceState::Draining | InstanceState::Down => {}
                }
            }
        }
    }

    /// Links of the design that are new get a wire, and what is on the wires of those that are gone arrives.
    fn follow_links(&mut self) {
        self.world.open_wires(&self.scenario);
        for link in 0..self.world.wires.len() {
            let is_there = self.scenario.design.links.has(link);
            let wire = &mut self.world.wires[link];
            if !is_there && !wire.is_removed {
                wire.is_removed = true;
                self.world.impair(link, None, &self.scenario);
            }
        }
    }

    /// Whether a component that is leaving may still call another.
    pub(crate) fn is_called_by_leaving(&self, number: u8) -> bool {
        let is_there = |caller: u8| {
            let instances = self.components[usize::from(caller)].instances();
            instances.iter().any(|it| it.state != InstanceState::Gone)
        };
        let components = &self.scenario.design.components;
        let mut callers = self.world.wires.iter().filter(|wire| wire.to == number);
        callers.any(|wire| !components.has(wire.from.into()) && is_there(wire.from))
    }
}
