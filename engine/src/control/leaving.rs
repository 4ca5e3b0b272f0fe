//! Instances that were taken out: each finishes what it has and what is on its way to it, and is gone.
//!
//! Balancers are told, and send nothing more. Who calls without one is not told: what they sent before
//! still counts, what they send later is refused.

use crate::calendar::EventKind;
use crate::component::Component;
use crate::component::part::Part;
use crate::control::Control;
use crate::figures::snapshot::InstanceState;
use crate::run::Run;
use crate::time::NS_PER_S;

/// Time between two looks at whether an instance has finished.
const LOOK_NS: u64 = NS_PER_S / 10;

/// An instance on its way out.
#[derive(Clone, Copy, Debug)]
pub struct Leaving {
    component: u8,
    instance: u16,
    incarnation: u32,
    /// When it was taken out.
    since_ns: u64,
    /// What was sent before that has arrived by then; none while some of it is held up on its way.
    arrived_ns: Option<u64>,
}

impl Control {
    /// An instance takes nothing new from those who are told, and is gone when it has finished.
    pub(crate) fn take_out(&mut self, run: &mut Run, number: u8, instance: u16) {
        run.tell_balancers(number, |balancer, world| {
            balancer.instance_removed(world, instance)
        });
        self.let_leave(run, number, instance);
    }

    /// An instance that is sent nothing new is gone when it has finished.
    pub(crate) fn let_leave(&mut self, run: &mut Run, number: u8, instance: u16) {
        run.settle();
        let component = &mut run.components[usize::from(number)];
        component.begin_leaving(&mut run.world, instance);
        let left = &component.instances()[usize::from(instance)];
        if left.state == InstanceState::Draining {
            let mut leaving = Leaving {
                component: number,
                instance,
                incarnation: left.incarnation,
                since_ns: run.world.now_ns(),
                arrived_ns: None,
            };
            leaving.look(run);
            self.leaving.push(leaving);
            run.look_again(EventKind::Leave, number, instance, LOOK_NS);
        } else {
            run.end(number, instance);
        }
    }

    /// Looks whether an instance that was taken out has finished.
    pub(crate) fn go_on_leaving(&mut self, run: &mut Run, number: u8, instance: u16) {
        let is_it = |leaving: &Leaving| (leaving.component, leaving.instance) == (number, instance);
        let Some(place) = self.leaving.iter().position(is_it) else {
            return;
        };
        self.leaving[place].look(run);
        let leaving = self.leaving[place];
        let left = &run.components[usize::from(number)].instances()[usize::from(instance)];
        if left.incarnation != leaving.incarnation {
            self.leaving.remove(place);
            return;
        }
        // What has come to one that hangs waits at its door.
        if !left.hangs && run.has_all_arrived(leaving) {
            run.close(number, instance);
        }
        let component = &run.components[usize::from(number)];
        if component.instances()[usize::from(instance)].is_closed
            && component.has_finished(&run.world, number, instance)
        {
            self.leaving.remove(place);
            run.settle();
            run.end(number, instance);
        } else {
            run.look_again(EventKind::Leave, number, instance, LOOK_NS);
        }
    }
}

impl Leaving {
    /// Looks when all that was sent before will have arrived.
    fn look(&mut self, run: &Run) {
        let world = &run.world;
        if self.arrived_ns.is_none()
            && !run.is_called_by_leaving(self.component)
            && !world.is_held_up(self.component, self.instance, self.since_ns)
        {
            self.arrived_ns = Some(world.arrived_by_ns(self.component));
        }
    }
}

impl Run {
    /// Nothing is on its way to it any more from before it was taken out.
    fn has_all_arrived(&self, leaving: Leaving) -> bool {
        let is_clear = |component: &Component| {
            let Component::LoadBalancer(balancer) = component else {
                return true;
            };
            balancer.service() != Some(leaving.component)
                || balancer.has_nothing_open(leaving.instance)
        };
        let now_ns = self.world.now_ns();
        let is_let_in = self.standstill.is_let_in(now_ns);
        let has_arrived = leaving.arrived_ns.is_some_and(|at_ns| now_ns >= at_ns);
        is_let_in && has_arrived && self.components.iter().all(is_clear)
    }

    fn close(&mut self, number: u8, instance: u16) {
        if let Some(closed) = self.components[usize::from(number)].instance_mut(instance) {
            closed.is_closed = true;
        }
    }

    /// An instance is gone, and not paid for any more: what waits at its door finds nobody.
    pub(crate) fn end(&mut self, number: u8, instance: u16) {
        if let Some(gone) = self.components[usize::from(number)].instance_mut(instance) {
            gone.state = InstanceState::Gone;
            gone.hangs = false;
        }
        self.end_standstill(number, instance);
        let now_ns = self.world.now_ns();
        let rented = &mut self.world.meters[usize::from(number)].rented;
        if rented.value() > 0 {
            rented.down(now_ns);
        }
    }
}
