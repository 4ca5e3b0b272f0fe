//! A rolling deploy: batch by batch, servers take nothing new, finish what they have, and start anew.
//!
//! A balancer that checks health is told, sends nothing more to a server of the batch, and takes it back
//! once its checks succeed. One that does not check knows of nothing, and goes on sending.

use crate::calendar::EventKind;
use crate::component::Component;
use crate::component::part::Part;
use crate::control::Control;
use crate::figures::snapshot::InstanceState;
use crate::run::Run;
use crate::story::happening::Tone;
use crate::story::marks;
use crate::time::NS_PER_S;

/// Time between two looks at how far a deploy has come.
const LOOK_NS: u64 = NS_PER_S / 10;

/// A deploy under way.
#[derive(Clone, Debug)]
pub struct Deploy {
    component: u8,
    plan: Plan,
    /// The instance that is looked at next.
    next: u16,
    /// From here on instances were started later, in the new version.
    end: u16,
    /// Not before this moment.
    next_at_ns: u64,
    /// The batch that is out.
    out: Vec<Out>,
}

impl Deploy {
    /// Whether it is the deploy of a component.
    pub fn is_of(&self, number: u8) -> bool {
        self.component == number
    }
}

/// How it goes.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Most instances that are out at once.
    pub batch: u16,
    /// Pause after each batch, in nanoseconds.
    pub pause_ns: u64,
    /// Longest time to finish what there is, in nanoseconds.
    pub drain_ns: u64,
}

/// An instance that is out.
#[derive(Clone, Copy, Debug)]
struct Out {
    instance: u16,
    /// What it has not finished by then is cut off.
    until_ns: u64,
}

impl Control {
    /// Begins a deploy. It takes the place of one that is under way: who is out comes back first.
    pub(crate) fn deploy(&mut self, run: &mut Run, number: u8, plan: Plan) {
        let before = self
            .deploys
            .iter()
            .position(|deploy| deploy.component == number);
        let out = before.map(|place| self.deploys.remove(place).out);
        let is_first = out.is_none();
        self.deploys.push(Deploy {
            component: number,
            plan,
            next: 0,
            end: run.components[usize::from(number)].instances().len() as u16,
            next_at_ns: 0,
            out: out.unwrap_or_default(),
        });
        let words = marks::deploy(run.world.title(number), plan.batch);
        run.world.mark(Tone::Neutral, words, number, None);
        if is_first {
            self.go_on_deploying(run, number);
        }
    }

    /// Looks how far the deploy of a component has come, and goes on if it can.
    pub(crate) fn go_on_deploying(&mut self, run: &mut Run, number: u8) {
        let place = self
            .deploys
            .iter()
            .position(|deploy| deploy.component == number);
        let Some(place) = place else { return };
        let mut deploy = self.deploys.remove(place);
        run.restart_drained(&deploy);
        let is_whole = deploy.out.is_empty();
        deploy.out.retain(|out| !run.is_back(number, out.instance));
        let now_ns = run.world.now_ns();
        if deploy.out.is_empty() {
            if !is_whole {
                deploy.next_at_ns = now_ns + deploy.plan.pause_ns;
            }
            if now_ns >= deploy.next_at_ns {
                run.take_batch(&mut deploy);
            }
        }
        if deploy.out.is_empty() && deploy.next == deploy.end {
            let words = format!("{} deployed", run.world.title(number));
            return run.world.mark(Tone::Good, words, number, None);
        }
        self.deploys.push(deploy);
        run.look_again(EventKind::Deploy, number, 0, LOOK_NS);
    }
}

impl Run {
    /// The next batch takes nothing new. Servers that are down get the new version when repaired.
    fn take_batch(&mut self, deploy: &mut Deploy) {
        let number = deploy.component;
        let until_ns = self.world.now_ns() + deploy.plan.drain_ns;
        while deploy.next < deploy.end && deploy.out.len() < usize::from(deploy.plan.batch) {
            let instance = deploy.next;
            deploy.next += 1;
            let server = self.components[usize::from(number)].instance_mut(instance);
            let Some(server) = server.filter(|server| server.state == InstanceState::Up) else {
                continue;
            };
            server.state = InstanceState::Draining;
            server.restarts = true;
            deploy.out.push(Out { instance, until_ns });
            self.tell_balancers(number, |balancer, world| balancer.drain(world, instance));
        }
    }

    /// Servers of the batch that have finished, or had their time for it, start anew.
    fn restart_drained(&mut self, deploy: &Deploy) {
        let number = deploy.component;
        for &Out { instance, until_ns } in &deploy.out {
            let server = &self.components[usize::from(number)].instances()[usize::from(instance)];
            let is_over = self.world.now_ns() >= until_ns || self.is_finished(number, instance);
            if server.state != InstanceState::Draining || !server.restarts || !is_over {
                continue;
            }
            self.settle();
            self.stop(number, instance, InstanceState::Booting);
            self.boot_later(number, instance);
            let words = format!("{} restarts", self.world.name(number, instance));
            self.world
                .mark(Tone::Neutral, words, number, Some(instance));
        }
    }

    /// Nothing is inside, and nothing on its way there from who was told.
    fn is_finished(&self, number: u8, instance: u16) -> bool {
        self.components[usize::from(number)].has_finished(&self.world, number, instance)
            && self.components.iter().all(|component| {
                let Component::LoadBalancer(balancer) = component else {
                    return true;
                };
                balancer.service() != Some(number) || balancer.has_drained(instance)
            })
    }

    /// It serves again, and gets requests again; or it will not, by a fault or by another action.
    fn is_back(&self, number: u8, instance: u16) -> bool {
        let server = &self.components[usize::from(number)].instances()[usize::from(instance)];
        match server.state {
            InstanceState::Booting => false,
            InstanceState::Draining => !server.restarts,
            InstanceState::Down | InstanceState::Gone => true,
            InstanceState::Up => self.components.iter().all(|component| {
                let Component::LoadBalancer(balancer) = component else {
                    return true;
                };
                balancer.service() != Some(number) || balancer.in_rotation(usize::from(instance))
            }),
        }
    }
}
