//! The directory: a paid service of others, always up. Clients keep its answers.

use crate::component::instance::Instance;
use crate::figures::meter::Meter;
use crate::figures::own_counts::{Own, OwnCounts};
use crate::figures::snapshot::KindGauge;
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

    /// What only its kind counts.
    pub fn own_counts(&self) -> OwnCounts {
        OwnCounts::of([(Own::NameLookups, self.lookups)])
    }

    /// Figures of its kind.
    pub fn gauge(&self) -> KindGauge {
        KindGauge::Dns {
            lookups: self.lookups,
        }
    }
}
