//! The copies of a database in words and measures, as the diagram and the panels tell of them.

use headroom_engine::replication::{CopyGauge, ReplicationGauge, Role};
use headroom_engine::snapshot::{InstanceGauge, InstanceState};

use crate::format;

/// The shortest stretch of the log that is shown, in writes.
const STRETCH_LEAST: u64 = 25;

/// A copy of a database among the others, at one moment.
#[derive(Clone, Copy)]
pub struct Copy<'a> {
    /// All of them.
    pub all: &'a ReplicationGauge,
    /// It.
    pub gauge: &'a CopyGauge,
    /// Its number.
    pub instance: u16,
}

impl<'a> Copy<'a> {
    /// The copy of that number.
    pub fn of(all: &'a ReplicationGauge, instance: u16) -> Option<Self> {
        let gauge = all.copies.get(usize::from(instance))?;
        Some(Self {
            all,
            gauge,
            instance,
        })
    }

    /// Writes that it has yet to apply.
    pub fn behind(self) -> u64 {
        self.all.position.saturating_sub(self.gauge.applied)
    }

    /// How much of its snapshot is still to be copied, if any.
    pub fn is_seeded(self) -> bool {
        self.gauge.role != Role::Seeding || self.gauge.seeded_share >= 1.0
    }

    /// Where on a stretch of so many writes at the end of the log a position is, from 0 to 1.
    pub fn share(self, position: u64, stretch: u64) -> f64 {
        let behind = self.all.position.saturating_sub(position) as f64;
        (1.0 - behind / stretch.max(1) as f64).clamp(0.0, 1.0)
    }

    /// What it is, where it is not simply a replica.
    pub fn role(self) -> Option<&'static str> {
        if self.all.promoted == Some(self.instance) {
            return Some("promoted");
        }
        match self.gauge.role {
            Role::Primary => Some("primary"),
            Role::FormerPrimary => Some("former"),
            Role::Seeding => Some("new"),
            Role::Replica => None,
        }
    }

    /// How far it is: `6 behind · 12 ms`.
    pub fn progress(self) -> String {
        match self.gauge.role {
            Role::Primary => format!("write {}", format::count(self.all.position)),
            Role::Seeding if !self.is_seeded() => {
                format!("seeding {}", format::gauge(self.gauge.seeded_share))
            }
            Role::Seeding | Role::Replica | Role::FormerPrimary => match self.behind() {
                0 => "up to date".into(),
                behind => format!(
                    "{} behind · {}",
                    format::short_rate(behind as f64),
                    format::ms(self.gauge.lag_ms)
                ),
            },
        }
    }
}

/// How many writes at the end of the log are shown: the same for all replicas, so that they can be compared.
pub fn stretch(all: &ReplicationGauge) -> u64 {
    let followers = all.copies.iter();
    let behind = followers
        .filter(|copy| copy.role == Role::Replica)
        .map(|copy| all.position.saturating_sub(copy.applied));
    let most = behind.max().unwrap_or(0);
    let mut stretch = STRETCH_LEAST;
    while stretch < most {
        stretch *= 2;
    }
    stretch
}

/// Why a copy does nothing, where that is so.
pub fn stopped(gauge: &InstanceGauge) -> Option<&'static str> {
    match gauge.state {
        InstanceState::Down => Some("down"),
        InstanceState::Gone => Some("gone"),
        InstanceState::Up | InstanceState::Booting | InstanceState::Draining if gauge.hangs => {
            Some("hangs")
        }
        InstanceState::Draining => Some("leaving"),
        InstanceState::Up | InstanceState::Booting => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauge(copies: Vec<CopyGauge>) -> ReplicationGauge {
        ReplicationGauge {
            position: 1_000,
            copies,
            ..ReplicationGauge::default()
        }
    }

    fn copy(role: Role, applied: u64) -> CopyGauge {
        CopyGauge {
            role,
            applied,
            received: applied,
            lag_ms: 12.0,
            seeded_share: 1.0,
            is_read: true,
            ..CopyGauge::default()
        }
    }

    #[test]
    fn a_copy_says_how_far_it_is() {
        let mut seeding = copy(Role::Seeding, 0);
        seeding.seeded_share = 0.4;
        let copies = [
            (copy(Role::Primary, 1_000), "write 1,000"),
            (copy(Role::Replica, 1_000), "up to date"),
            (copy(Role::Replica, 994), "6 behind · 12 ms"),
            (copy(Role::FormerPrimary, 990), "10 behind · 12 ms"),
            (copy(Role::Seeding, 900), "100 behind · 12 ms"),
            (seeding, "seeding 40 %"),
        ];
        for (copy, expected) in copies {
            let of = gauge(vec![copy]);
            let told = Copy::of(&of, 0).map(Copy::progress);
            let told = told.map(|words| words.replace('\u{a0}', " "));
            assert_eq!(told.as_deref(), Some(expected));
        }
    }

    #[test]
    fn only_who_is_no_mere_replica_has_a_role_beside_its_name() {
        let mut of = gauge(vec![copy(Role::Primary, 1_000), copy(Role::Replica, 990)]);
        let role = |of: &ReplicationGauge, place| Copy::of(of, place).and_then(Copy::role);
        assert_eq!((role(&of, 0), role(&of, 1)), (Some("primary"), None));
        of.promoted = Some(1);
        assert_eq!(role(&of, 1), Some("promoted"));
        of.copies[0].role = Role::FormerPrimary;
        assert_eq!(role(&of, 0), Some("former"));
    }

    #[test]
    fn a_stretch_is_as_long_as_the_furthest_behind_needs() {
        let of = |applied| {
            gauge(vec![
                copy(Role::Primary, 1_000),
                copy(Role::Replica, applied),
            ])
        };
        assert_eq!(stretch(&of(990)), 25);
        let far = of(400);
        assert_eq!(stretch(&far), 800);
        let it = Copy::of(&far, 1).expect("it is there");
        assert_eq!(it.share(it.gauge.applied, 6_000), 0.9);
        assert_eq!(it.share(it.gauge.applied, 50), 0.0, "before its start");
    }
}
