//! Servers that boot: they count in what the design holds, and serve nobody yet.

use headroom_engine::snapshot::{InstanceState, Snapshot};
use headroom_scenario::{Design, Kind};

/// Servers of whom what the design holds is said with a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Booting {
    /// One, by its name.
    One(String),
    /// So many.
    Many(usize),
}

impl Booting {
    /// Those that boot at a moment. Of a tier that scales by itself the search takes as many servers as there
    /// may be, whether they have been started or not, so that none of it is meant.
    pub fn of(design: &Design, snapshot: &Snapshot) -> Option<Self> {
        let parts = design.components.beside(&snapshot.components);
        let fixed = parts.filter(|(component, _)| {
            matches!(&component.kind, Kind::Service(service) if service.autoscaling.is_none())
        });
        let mut names = fixed.flat_map(|(component, gauge)| {
            let instances = gauge.instances.iter().zip(0..);
            let booting = instances.filter(|(gauge, _)| gauge.state == InstanceState::Booting);
            booting.map(|(_, instance)| component.instance_title(instance))
        });
        let first = names.next()?;
        Some(match names.count() {
            0 => Self::One(first),
            others => Self::Many(others + 1),
        })
    }

    /// `srv/2 has booted`, with its name as short as it has to be.
    pub fn over(&self, shortened: impl Fn(&str) -> String) -> String {
        match self {
            Self::One(name) => format!("{} has booted", shortened(name)),
            Self::Many(count) => format!("{count} servers have booted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::snapshot::{ComponentGauge, InstanceGauge};
    use headroom_scenario::Autoscaling;
    use headroom_scenario::step::LADDER;

    #[test]
    fn servers_that_boot_are_told_but_those_of_a_tier_that_scales_by_itself() {
        let mut design = LADDER[3].scenario().design;
        let gauge = |state| InstanceGauge {
            state,
            ..crate::diagram::idle()
        };
        let snapshot = |states: &[InstanceState]| Snapshot {
            components: design
                .components
                .iter()
                .map(|component| ComponentGauge {
                    id: component.id.clone(),
                    instances: match component.id.as_str() {
                        "web" => states.iter().copied().map(gauge).collect(),
                        _ => vec![gauge(Up)],
                    },
                    ..ComponentGauge::default()
                })
                .collect(),
            ..Snapshot::default()
        };
        use InstanceState::{Booting as Boots, Down, Up};
        let [none, one, two] =
            [[Up, Down, Up], [Up, Boots, Up], [Boots, Up, Boots]].map(|states| snapshot(&states));
        assert_eq!(Booting::of(&design, &none), None);
        let told =
            |snapshot| Booting::of(&design, snapshot).map(|booting| booting.over(str::to_owned));
        assert_eq!(told(&one).as_deref(), Some("web/2 has booted"));
        assert_eq!(told(&two).as_deref(), Some("2 servers have booted"));
        for component in &mut design.components {
            if let Kind::Service(service) = &mut component.kind {
                service.autoscaling = Some(Autoscaling::default());
            }
        }
        assert_eq!(Booting::of(&design, &one), None);
    }
}
