//! The directory: a paid service of others, always up. Clients keep its answers.

use crate::component::instance::Instance;
use crate::component::part::Part;
use crate::figures::meter::Meter;
use crate::figures::own_counts::{Own, OwnCounts};
use crate::figures::snapshot::{InstanceState, KindGauge};
use crate::world::World;

/// The directory. Its parameters and its links are read by the clients, who do the caching.
#[derive(Clone, Debug)]
pub struct Dns {
    /// Stands for the provider.
    pub instance: Instance,
    lookups: u64,
}

impl Dns {
    /// The directory, with its meter opened.
    pub fn new(number: u8, world: &mut World) -> Self {
        world.meters[usize::from(number)]
            .instances
            .push(Meter::default());
        Self {
            instance: Instance::default(),
            lookups: 0,
        }
    }

    /// A client has asked.
    pub fn looked_up(&mut self, world: &mut World, number: u8) {
        self.lookups += 1;
        let meter = world.meter(number, 0);
        meter.arrived += 1;
        meter.answered += 1;
    }
}

impl Part for Dns {
    fn own_counts(&self) -> OwnCounts {
        OwnCounts::of([(Own::NameLookups, self.lookups)])
    }

    fn gauge(&self, _hit_ratio: f64) -> KindGauge {
        KindGauge::Dns {
            lookups: self.lookups,
        }
    }

    fn instances(&self) -> &[Instance] {
        std::slice::from_ref(&self.instance)
    }

    fn instance_mut(&mut self, _number: u16) -> Option<&mut Instance> {
        None
    }

    fn begin_leaving(&mut self, _world: &mut World, _instance: u16) {
        self.instance.state = InstanceState::Gone;
    }
}
