//! An autoscaler at work: now and then it looks how busy the servers of its service were, and starts or
//! removes some.
//!
//! - A server that is dead at a look is taken out, and made up for, as an autoscaling group of EC2 does
//!   with an unhealthy one.
//! - Those that still boot go first, as in Kubernetes, then the highest numbers: those that were
//!   started last. They finish what they have.
//! - Numbers of servers that are gone are given again, the lowest first, so that the row of servers is
//!   no longer than it has to be.
//! - Who adds or removes a server by hand changes the number there should be, until a look finds
//!   another one right.

use headroom_scenario::INSTANCES_MAX;

use crate::books::narration::percent;
use crate::calendar::EventKind;
use crate::component::Component;
use crate::component::instance::Instance;
use crate::component::part::Part;
use crate::control::Control;
use crate::figures::snapshot::InstanceState;
use crate::mechanism::autoscaler::{Autoscaler, Look};
use crate::run::Run;
use crate::story::happening::Tone;

/// The autoscaler of a service.
#[derive(Clone, Debug)]
pub struct Scaling {
    component: u8,
    autoscaler: Autoscaler,
    looked_ns: u64,
    /// An event of another moment is of an interval that has been changed.
    next_look_ns: u64,
    /// By server, as it was at the last look, if it served then.
    seen: Vec<Option<Seen>>,
}

impl Scaling {
    /// Whether it is the scaling of a component.
    pub fn is_of(&self, number: u8) -> bool {
        self.component == number
    }
}

/// A server that served when it was looked at.
#[derive(Clone, Copy, Debug)]
struct Seen {
    incarnation: u32,
    /// Integral of its busy workers by then, in nanoseconds.
    busy_ns: u64,
}

impl Seen {
    /// A server as it stands, if it serves. The meters are settled.
    fn of(run: &Run, number: u8, instance: u16) -> Option<Self> {
        let (number, instance) = (usize::from(number), usize::from(instance));
        let server = &run.components[number].instances()[instance];
        (server.state == InstanceState::Up).then(|| Self {
            incarnation: server.incarnation,
            busy_ns: run.world.meters[number].instances[instance].busy_ns,
        })
    }
}

impl Control {
    /// A component has an autoscaler from now on, or another, or none any more.
    pub(crate) fn follow_autoscaling(&mut self, run: &mut Run, number: u8) {
        let row = &run.scenario.design.components[usize::from(number)];
        let place = self.scaling_of(number);
        match (row.kind.autoscaling(), place) {
            (None, None) => {}
            (None, Some(place)) => {
                self.scalings.remove(place);
            }
            (Some(parameters), Some(place)) => {
                let autoscaler = &mut self.scalings[place].autoscaler;
                let interval_ns = autoscaler.interval_ns();
                autoscaler.configure(parameters);
                if autoscaler.interval_ns() != interval_ns {
                    self.look_again(run, place);
                }
            }
            (Some(parameters), None) => {
                let servers = run.servers(number);
                let now_ns = run.world.now_ns();
                self.scalings.push(Scaling {
                    component: number,
                    autoscaler: Autoscaler::new(parameters, now_ns, servers),
                    looked_ns: now_ns,
                    next_look_ns: now_ns,
                    seen: Vec::new(),
                });
                self.look_again(run, self.scalings.len() - 1);
            }
        }
    }

    /// Somebody has added or removed a server: so many there should be.
    pub(crate) fn note_servers(&mut self, run: &Run, number: u8) {
        if let Some(place) = self.scaling_of(number) {
            let servers = run.servers(number);
            self.scalings[place].autoscaler.override_desired(servers);
        }
    }

    /// A server has begun to serve. One that does so in the very moment of a look, as where servers need no time
    /// to boot, has served all the time by the next.
    pub(crate) fn note_booted(&mut self, run: &Run, number: u8, instance: u16) {
        let Some(place) = self.scaling_of(number) else {
            return;
        };
        let scaling = &mut self.scalings[place];
        if scaling.looked_ns == run.world.now_ns()
            && let Some(seen) = scaling.seen.get_mut(usize::from(instance))
        {
            *seen = Seen::of(run, number, instance);
        }
    }

    /// The autoscaler of a component looks how busy its servers were, and has as many as are right.
    pub(crate) fn scale(&mut self, run: &mut Run, number: u8) {
        let is_due = |&place: &usize| self.scalings[place].next_look_ns == run.world.now_ns();
        let Some(place) = self.scaling_of(number).filter(is_due) else {
            return;
        };
        run.settle();
        self.take_out_dead(run, number);
        let look = self.look(run, place);
        let now_ns = run.world.now_ns();
        let autoscaler = &mut self.scalings[place].autoscaler;
        let before = autoscaler.desired();
        let recommended = autoscaler.recommend(look);
        let desired = autoscaler.decide(now_ns, recommended);
        run.digest.mix(u64::from(desired));
        if desired != before {
            self.tell_scaling(run, place, before, look);
        }
        self.have_servers(run, number, desired);
        self.look_again(run, place);
    }

    /// Notes how the servers stand, and looks again after an interval.
    fn look_again(&mut self, run: &mut Run, place: usize) {
        let now_ns = run.world.now_ns();
        let number = self.scalings[place].component;
        run.settle();
        let servers = run.components[usize::from(number)].instances().len() as u16;
        let scaling = &mut self.scalings[place];
        let interval_ns = scaling.autoscaler.interval_ns();
        scaling.looked_ns = now_ns;
        scaling.next_look_ns = now_ns + interval_ns;
        scaling.seen.clear();
        let seen = (0..servers).map(|instance| Seen::of(run, number, instance));
        scaling.seen.extend(seen);
        run.look_again(EventKind::Scale, number, 0, interval_ns);
    }

    /// How busy those servers were that served all the time since the last look.
    fn look(&self, run: &Run, place: usize) -> Look {
        let scaling = &self.scalings[place];
        let number = usize::from(scaling.component);
        let component = &run.components[number];
        let (mut ready, mut starting, mut busy_ns) = (0, 0, 0);
        for (index, server) in component.instances().iter().enumerate() {
            let seen = scaling.seen.get(index).copied().flatten();
            let same = seen.filter(|seen| seen.incarnation == server.incarnation);
            match (server.state, same) {
                (InstanceState::Up, Some(seen)) => {
                    ready += 1;
                    let meter = &run.world.meters[number].instances[index];
                    busy_ns += meter.busy_ns.wrapping_sub(seen.busy_ns);
                }
                _ => starting += u16::from(is_kept(server)),
            }
        }
        let length_ns = run.world.now_ns() - scaling.looked_ns;
        let room = f64::from(ready) * f64::from(component.slots()) * length_ns as f64;
        // Where workers were taken away meanwhile, more were busy than there are.
        let utilisation = crate::figures::meter::ratio(busy_ns as f64, room).min(1.0);
        Look {
            ready,
            starting,
            utilisation,
        }
    }

    fn take_out_dead(&mut self, run: &mut Run, number: u8) {
        for instance in 0..run.components[usize::from(number)].instances().len() {
            let server = &run.components[usize::from(number)].instances()[instance];
            if server.state == InstanceState::Down {
                let instance = instance as u16;
                let words = format!("{} is dead: taken out", run.world.name(number, instance));
                run.world.mark(Tone::Warning, words, number, Some(instance));
                self.take_out(run, number, instance);
            }
        }
    }

    /// Starts or removes servers until there are so many.
    fn have_servers(&mut self, run: &mut Run, number: u8, desired: u16) {
        for _ in run.servers(number)..desired {
            if self.start_server(run, number).is_none() {
                break;
            }
        }
        for _ in desired..run.servers(number) {
            let Some(last) = run.last_server(number) else {
                break;
            };
            self.take_out(run, number, last);
        }
    }

    /// One more server boots, under a number that has become free if the service is scaled. None where
    /// there are as many as there can be.
    pub(crate) fn start_server(&mut self, run: &mut Run, number: u8) -> Option<u16> {
        let is_scaled = self.is_scaled(number);
        let component = &mut run.components[usize::from(number)];
        let is_free = |server: &Instance| server.state == InstanceState::Gone;
        let free = component.instances().iter().position(is_free);
        let instance = match (component, free) {
            (Component::Service(service), Some(free)) if is_scaled => {
                let instance = free as u16;
                service.start_again(&mut run.world, instance);
                run.tell_balancers(number, |balancer, world| {
                    balancer.instance_started_again(world, instance);
                });
                instance
            }
            (component, _) => {
                if component.instances().len() >= usize::from(INSTANCES_MAX) {
                    return None;
                }
                let instance = component.add_instance(&mut run.world)?;
                run.tell_balancers(number, |balancer, world| balancer.instance_added(world));
                instance
            }
        };
        run.boot_later(number, instance);
        Some(instance)
    }

    /// Whether an autoscaler starts and removes the servers of a component.
    pub(crate) fn is_scaled(&self, number: u8) -> bool {
        self.scaling_of(number).is_some()
    }

    fn scaling_of(&self, number: u8) -> Option<usize> {
        let mut scalings = self.scalings.iter();
        scalings.position(|scaling| scaling.component == number)
    }

    fn tell_scaling(&mut self, run: &mut Run, place: usize, before: u16, look: Look) {
        let scaling = &self.scalings[place];
        let number = scaling.component;
        let desired = scaling.autoscaler.desired();
        let row = &run.scenario.design.components[usize::from(number)];
        let Some(parameters) = row.kind.autoscaling() else {
            return;
        };
        let reason = if scaling.autoscaler.allows(before) {
            let [busy, target] = [look.utilisation, parameters.target_utilisation].map(percent);
            format!("{busy} busy, target {target}")
        } else {
            let (least, most) = (parameters.instances_min, parameters.instances_max);
            format!("{least} to {most} are allowed")
        };
        let (tone, direction) = if desired > before {
            (Tone::Warning, "out")
        } else {
            (Tone::Neutral, "in")
        };
        let words = format!(
            "{} scales {direction} {before} → {desired}: {reason}",
            row.title()
        );
        run.world.mark(tone, words, number, None);
    }
}

impl Run {
    /// The one to go first: the highest number of those that boot, else of those that serve.
    fn last_server(&self, number: u8) -> Option<u16> {
        let servers = self.components[usize::from(number)].instances();
        let last = |state| servers.iter().rposition(|server| server.state == state);
        let last = last(InstanceState::Booting).or_else(|| last(InstanceState::Up))?;
        Some(last as u16)
    }

    /// Servers that serve, or will soon.
    fn servers(&self, number: u8) -> u16 {
        let servers = self.components[usize::from(number)].instances();
        servers.iter().filter(|server| is_kept(server)).count() as u16
    }
}

/// It serves, or will soon: one that starts anew in a new version is back in a moment.
fn is_kept(server: &Instance) -> bool {
    match server.state {
        InstanceState::Up | InstanceState::Booting => true,
        InstanceState::Draining => server.restarts,
        InstanceState::Down | InstanceState::Gone => false,
    }
}
