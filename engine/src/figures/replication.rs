//! The copies of a database in figures.

use serde::{Deserialize, Serialize};

/// The copies of a database at one moment. Counts are since the start of the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplicationGauge {
    /// The instance that takes writes, or is waited for.
    pub primary: u16,
    /// The replica that is being made the primary.
    pub promoted: Option<u16>,
    /// Primaries there have been.
    pub epoch: u32,
    /// Position of the last write in the log.
    pub position: u64,
    /// Acknowledged writes that no other running copy has received: lost if the primary died for good now.
    pub unreceived: u64,
    /// Writes whose answer waits for replicas.
    pub waiting: u32,
    /// Semi-synchronous writes are answered without waiting, until the replicas have caught up.
    pub is_degraded: bool,
    /// Reads that gave an older value than had been acknowledged.
    pub stale_reads: u64,
    /// Of them, those in which users missed what they had written themselves.
    pub own_writes_missed: u64,
    /// Every instance, in order.
    pub copies: Vec<CopyGauge>,
}

/// One copy at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CopyGauge {
    /// What it is.
    pub role: Role,
    /// Position up to which it has the log.
    pub received: u64,
    /// Position up to which it has applied it.
    pub applied: u64,
    /// Age of the oldest write that it has not applied, in milliseconds; 0 where there is none.
    pub lag_ms: f64,
    /// Writes that it has not applied.
    pub lag_writes: u64,
    /// How much of the snapshot is copied that it begins with; 1 once it is.
    pub seeded_share: f64,
    /// Callers are sent here, as far as the monitor knows.
    pub is_read: bool,
}

/// What a copy is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It takes writes, or is waited for.
    Primary,
    /// It follows the primary's log.
    #[default]
    Replica,
    /// It is copied from another, and has yet to catch up.
    Seeding,
    /// It has not heard yet that another has taken its place.
    FormerPrimary,
}

impl Role {
    /// As reports name it.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Primary => "primary",
            Role::Replica => "replica",
            Role::Seeding => "seeding",
            Role::FormerPrimary => "former_primary",
        }
    }
}

/// The copies of a database over a measurement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportReplication {
    /// What its writes wait for.
    pub mode: String,
    /// Primaries there have been by its end, since the start of the run.
    pub epoch: u32,
    /// Position of the last write in the log at its end.
    pub position: u64,
    /// Replicas that became the primary.
    pub promotions: u64,
    /// Acknowledged writes that no surviving copy had received.
    pub writes_lost: u64,
    /// Reads that gave an older value than had been acknowledged.
    pub stale_reads: u64,
    /// Of them, those in which users missed what they had written themselves.
    pub own_writes_missed: u64,
    /// Seconds in which no copy took writes.
    pub unavailable_s: f64,
}

/// One copy over a measurement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportCopy {
    /// What it is at the end.
    pub role: String,
    /// Position up to which it has applied the log at the end.
    pub position: u64,
    /// Mean time from the commit of a write until it was applied here, in milliseconds.
    pub lag_ms_mean: f64,
    /// The most of that.
    pub lag_ms_max: f64,
    /// Mean over time of the age of the oldest write not applied here, 0 while there is none, in milliseconds.
    pub lag_ms_over_time: f64,
    /// Mean over time of the writes not applied here.
    pub lag_writes_mean: f64,
    /// The most of them.
    pub lag_writes_max: u64,
}
