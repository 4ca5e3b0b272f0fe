//! Callers are told which copies there are.

use headroom_scenario::Scenario;

use crate::component::database::Database;
use crate::component::database::copy::Seeding;
use crate::component::database::letters::{Letter, MONITOR};
use crate::figures::snapshot::InstanceState;
use crate::time::ns_from_ms;
use crate::world::World;
use crate::world::view::{Copies, View};

impl Database {
    /// Which copies there are, as far as the monitor knows.
    fn known_copies(&self) -> Copies {
        let is_read = |number: &u16| self.is_read(*number);
        Copies {
            primary: self.primary,
            replicas: self.replicas().filter(is_read).collect(),
        }
    }

    pub(super) fn is_read(&self, replica: u16) -> bool {
        let instance = self.instance(replica);
        !self.monitor.takes_for_dead(replica)
            && instance.has_booted
            && instance.state != InstanceState::Draining
            && self.copies[usize::from(replica)].seeding == Seeding::Done
    }

    /// Callers are told which copies there are.
    pub(super) fn announce(&mut self, world: &mut World) {
        if !world.border.is_here(self.me) {
            return;
        }
        let copies = self.known_copies();
        let wait_ns = ns_from_ms(self.parameters.replication.announcement_ms);
        for link in 0..world.wires.len() {
            let wire = &world.wires[link];
            if wire.to != self.me || wire.is_removed {
                continue;
            }
            let (crosses, wait_ns) = (wire.crosses, wait_ns + wire.latency_ns[0]);
            let (link, copies) = (link as u8, copies.clone());
            if crosses {
                let at_ns = world.now_ns() + wait_ns;
                world.send_copies(link, copies, at_ns);
            } else {
                self.post(world, wait_ns, MONITOR, Letter::Announced { link, copies });
            }
        }
    }

    /// Who calls over a link that is new knows the copies that there are.
    pub(super) fn open_views(&mut self, scenario: &Scenario, world: &mut World) {
        let rules = &self.parameters.replication;
        let copies = self.known_copies();
        for link in 0..world.wires.len() {
            if world.wires[link].to != self.me {
                continue;
            }
            let row = &scenario.design.links[link];
            match world.view(link as u8) {
                Some(view) => view.keep_to(rules),
                view => {
                    let name = format!("{} to {}", row.from, row.to);
                    let new = View::new(scenario.seed, &name, copies.clone(), rules);
                    *view = Some(Box::new(new));
                }
            }
        }
    }
}
