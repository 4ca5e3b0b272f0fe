//! Health checks. A probe is work that a server does: it travels there, and takes as long as the server is
//! slow, but goes before other work, as is good practice (Amazon Builders' Library, Implementing health
//! checks). One that is not answered in time has failed, whatever becomes of it.

use super::LoadBalancer;
use crate::calendar::{EventKind, What};
use crate::figures::snapshot::InstanceState;
use crate::story::happening::Tone;
use crate::time::ns_from_ms;
use crate::world::World;
use crate::world::request::{Hop, Operation};
use crate::world::wire::Departure;

/// What the balancer knows of an instance by its probes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Health {
    good_in_a_row: u8,
    bad_in_a_row: u8,
    probing: Probing,
    /// It has been taken away: nobody probes it, and nothing puts it back.
    pub(super) is_gone: bool,
    /// It is to start anew: good probes do not count until it has stopped.
    pub(super) is_draining: bool,
}

/// How far the probing of an instance is. A probe has a number, so that what belongs to an earlier one
/// is known as void.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Probing {
    /// Nobody probes it.
    #[default]
    Off,
    /// The next probe sets out in a while.
    Waits { number: u32 },
    /// It has set out, and is not answered yet.
    Sent { number: u32 },
}

impl LoadBalancer {
    /// Sets the probes of all instances going that have none, spread over one interval.
    pub(super) fn probe_all(&mut self, world: &mut World) {
        let Some(check) = &self.parameters.health_check else {
            return;
        };
        let interval_ns = ns_from_ms(check.interval_ms);
        let count = self.health.len() as u64;
        for number in 0..self.health.len() {
            let health = &self.health[number];
            if health.probing == Probing::Off && !health.is_gone {
                let wait_ns = interval_ns * (number as u64 + 1) / count;
                self.probe_later(world, number as u16, wait_ns);
            }
        }
    }

    /// The time of a probe is over: its wait, so that it sets out, or the time it had to be answered.
    pub fn probe_due(&mut self, world: &mut World, instance: u16, number: u32) {
        let waits = Probing::Waits { number };
        let sent = Probing::Sent { number };
        let Some(Health { probing, .. }) = self.health.get(usize::from(instance)).copied() else {
            return;
        };
        if probing != waits && probing != sent {
            return;
        }
        let is_down = self.instance.state != InstanceState::Up;
        match &self.parameters.health_check {
            // Nothing leaves a balancer that is down, and it concludes nothing.
            Some(check) if is_down => {
                self.probe_later(world, instance, ns_from_ms(check.interval_ms));
            }
            _ if probing == waits => self.probe(world, instance, number),
            _ => {
                world.say(|world| {
                    let who = world.title(self.me);
                    format!("{who} has waited for its health check long enough.")
                });
                self.probed(world, instance, false);
            }
        }
    }

    /// A probe has been answered. Who has died since does not hear of it.
    pub fn probe_answered(&mut self, world: &mut World, id: u32, instance: u16) {
        let request = &world.requests[id];
        let (number, is_good) = (request.version, request.failure == 0);
        // Another service may stand behind by now.
        let probing = self
            .health
            .get(usize::from(instance))
            .map(|health| health.probing);
        if probing == Some(Probing::Sent { number }) && self.instance.state == InstanceState::Up {
            self.probed(world, instance, is_good);
        }
    }

    /// The instance has stopped: from now on its checks count again.
    pub fn instance_stopped(&mut self, instance: u16) {
        let health = &mut self.health[usize::from(instance)];
        if health.is_draining {
            health.is_draining = false;
            health.good_in_a_row = 0;
        }
    }

    /// An instance is known as new; what was asked of its forerunner under the same number is void.
    pub(super) fn forget_health(&mut self, instance: usize) {
        self.health[instance] = Health::default();
    }

    /// Nobody probes any more.
    pub(super) fn stop_probing(&mut self, instance: usize) {
        self.health[instance].probing = Probing::Off;
    }

    /// A probe sets out.
    fn probe(&mut self, world: &mut World, instance: u16, number: u32) {
        let (Some(check), Some(link)) = (&self.parameters.health_check, self.link) else {
            return self.stop_probing(instance.into());
        };
        let timeout_ns = ns_from_ms(check.timeout_ms);
        // At the limit of records it is as good as lost on the way.
        if let Some(id) = world.internal(Operation::Probe, 0, number) {
            let late_ns = world.now_ns() + timeout_ns;
            world.requests[id].set_late_ns(late_ns);
            let to = Hop {
                link: link.number,
                instance,
            };
            world.send(id, to, Departure::Now);
        }
        self.health[usize::from(instance)].probing = Probing::Sent { number };
        self.set_timer(world, instance, number, timeout_ns);
    }

    fn probe_later(&mut self, world: &mut World, instance: u16, wait_ns: u64) {
        self.probes += 1;
        let number = self.probes;
        self.health[usize::from(instance)].probing = Probing::Waits { number };
        self.set_timer(world, instance, number, wait_ns);
    }

    fn set_timer(&self, world: &mut World, instance: u16, number: u32, wait_ns: u64) {
        if !world.border.is_here(self.me) {
            return;
        }
        let what = What {
            request: number,
            instance,
            place: self.me,
            kind: EventKind::Timer,
        };
        let at_ns = world.now_ns() + wait_ns;
        world.calendar.push_at(at_ns, what);
    }

    /// The outcome of a probe is known; the next one sets out an interval later.
    fn probed(&mut self, world: &mut World, instance: u16, is_good: bool) {
        let number = usize::from(instance);
        let Some(check) = self.parameters.health_check.clone() else {
            return self.stop_probing(number);
        };
        let health = &mut self.health[number];
        if is_good {
            health.bad_in_a_row = 0;
            health.good_in_a_row = health.good_in_a_row.saturating_add(1);
        } else {
            health.good_in_a_row = 0;
            health.bad_in_a_row = health.bad_in_a_row.saturating_add(1);
        }
        let Health {
            good_in_a_row: good,
            bad_in_a_row: bad,
            is_draining,
            ..
        } = *health;
        let in_rotation = self.in_rotation(number);
        if in_rotation && bad >= check.fall {
            self.put_in_rotation(world, number, false);
            let words = format!("out after {bad} failed checks");
            self.say(world, Tone::Warning, instance, words);
        } else if !in_rotation && good >= check.rise && !is_draining {
            self.put_in_rotation(world, number, true);
            let words = format!("in after {good} good checks");
            self.say(world, Tone::Good, instance, words);
        }
        self.probe_later(world, instance, ns_from_ms(check.interval_ms));
    }

    fn say(&self, world: &mut World, tone: Tone, instance: u16, what: String) {
        let Some(link) = self.link else {
            return;
        };
        let name = world.name(link.to, instance);
        world.mark(tone, format!("{name} {what}"), link.to, Some(instance));
    }
}
