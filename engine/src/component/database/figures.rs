//! The copies of a database in figures.

use headroom_scenario::ReplicationMode;

use crate::component::database::Database;
use crate::component::database::copy::Copy;
use crate::component::database::promotion::kept_since;
use crate::component::instance::Instance;
use crate::figures::replication::{CopyGauge, ReplicationGauge, ReportCopy, ReportReplication};
use crate::mechanism::lag::Lag;
use crate::time::{NS_PER_S, ms_from_ns};
use crate::world::World;

impl Database {
    /// Notes since when no copy takes writes, or that one does again.
    pub(super) fn note_availability(&mut self, world: &World) {
        let serves = |(copy, it): (&Copy, &Instance)| {
            copy.takes_writes && copy.epoch == self.epoch && it.listens() && !it.hangs
        };
        let is_available = self.copies.iter().zip(&self.instances).any(serves);
        let now_ns = world.now_ns();
        match (self.unavailable_from_ns, is_available) {
            (None, false) => self.unavailable_from_ns = Some(now_ns),
            (Some(from_ns), true) => {
                self.unavailable_ns += now_ns - from_ns;
                self.unavailable_from_ns = None;
            }
            _ => {}
        }
    }

    /// The measurement begins at a moment.
    pub(super) fn begin_measuring_copies(&mut self, now_ns: u64) {
        self.pass_time(now_ns);
        for copy in &mut self.copies {
            copy.lag = Lag::from(now_ns);
        }
        self.unavailable_ns = 0;
        self.unavailable_from_ns = self.unavailable_from_ns.map(|_| now_ns);
    }

    /// Its copies now; none where there never was but one.
    pub(super) fn replication_gauge(&self, world: &World) -> Option<ReplicationGauge> {
        let log = self.log.as_ref()?;
        let now_ns = world.now_ns();
        let received = self
            .replicas()
            .filter(|replica| self.hears(*replica))
            .map(|replica| self.copies[usize::from(replica)].received);
        let received = received.max().unwrap_or(0);
        let copies = (0u16..).zip(&self.copies);
        let copies = copies.map(|(number, copy)| {
            let behind = copy.behind(log, kept_since(&self.parted, copy.epoch, copy.applied));
            let lag_ms = |oldest_ns| ms_from_ns(now_ns - oldest_ns);
            CopyGauge {
                role: copy.role(number, self.primary),
                received: copy.received,
                applied: copy.applied,
                lag_ms: behind.oldest_ns.map_or(0.0, lag_ms),
                lag_writes: behind.writes,
                seeded_share: copy.seeded_share(now_ns),
                is_read: number == self.primary || self.is_read(number),
            }
        });
        Some(ReplicationGauge {
            primary: self.primary,
            promoted: self.monitor.promoted,
            epoch: self.epoch,
            position: log.last(),
            unreceived: self.acknowledged.saturating_sub(received),
            waiting: self.held.len() as u32,
            is_degraded: self.is_degraded,
            stale_reads: self.stale_reads,
            own_writes_missed: self.own_writes_missed,
            copies: copies.collect(),
        })
    }

    /// What became of its copies in the measurement, up to a moment; none where there never was but one.
    pub fn replication_report(&self, now_ns: u64) -> Option<(ReportReplication, Vec<ReportCopy>)> {
        let log = self.log.as_ref()?;
        let unavailable_from_ns = self.unavailable_from_ns.unwrap_or(now_ns);
        let unavailable_ns = self.unavailable_ns + (now_ns - unavailable_from_ns);
        let mode = match self.parameters.replication.mode {
            ReplicationMode::Asynchronous => "asynchronous",
            ReplicationMode::SemiSynchronous => "semi_synchronous",
            ReplicationMode::Synchronous => "synchronous",
        };
        let copies = (0u16..).zip(&self.copies).map(|(number, copy)| {
            let mut lag = copy.lag.clone();
            lag.pass(
                now_ns,
                copy.behind(log, kept_since(&self.parted, copy.epoch, copy.applied)),
            );
            ReportCopy {
                role: copy.role(number, self.primary).name().to_owned(),
                position: copy.applied,
                lag_ms_mean: lag.ms_mean(),
                lag_ms_max: ms_from_ns(lag.max_ns),
                lag_ms_over_time: lag.age_ms_mean(),
                lag_writes_mean: lag.writes_mean(),
                lag_writes_max: lag.writes_max,
            }
        });
        let report = ReportReplication {
            mode: mode.to_owned(),
            epoch: self.epoch,
            position: log.last(),
            unavailable_s: unavailable_ns as f64 / NS_PER_S as f64,
            ..ReportReplication::default()
        };
        Some((report, copies.collect()))
    }
}
