//! How the data of a database is copied to other machines, and what becomes of it when one of them is gone.

use serde::{Deserialize, Serialize};

use crate::NEAR_MS;

/// Copies of a database. Its first instance is the primary, which takes all writes; the others are replicas, which
/// follow the primary's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Replication {
    /// Replicas at the start, each a machine like the primary.
    pub replicas: u16,
    /// What a write waits for before it is answered.
    pub mode: ReplicationMode,
    /// Semi-synchronous only: replicas that must have a write before it is answered.
    pub acknowledgements: u16,
    /// What a replica has done when it acknowledges a write.
    pub acknowledged_when: Acknowledged,
    /// Semi-synchronous only: a write that has waited so long for its acknowledgements is answered without, and all
    /// others with it, until the replicas have caught up; in milliseconds. 0 waits for ever.
    pub acknowledgement_timeout_ms: f64,
    /// The primary sends its log so often, in milliseconds; 0 sends each write at once.
    pub send_every_ms: f64,
    /// Time one way between two of its machines, in milliseconds.
    pub latency_ms: f64,
    /// Mean time in which a replica applies a write, in milliseconds; its law is that of the queries.
    pub apply_time_ms: f64,
    /// Writes that a replica applies at once, in the order of the log; each takes one of its slots meanwhile.
    pub appliers: u16,
    /// Which copies answer reads.
    pub reads: ReadsFrom,
    /// Which of them answers the next one.
    pub read_choice: ReadChoice,
    /// What is done so that users see what they have written themselves.
    pub own_writes: OwnWrites,
    /// For so long after a write its user's reads go to the primary, where they do; in milliseconds.
    pub own_writes_ms: f64,
    /// Who takes the place of a primary that is gone.
    pub failover: Failover,
    /// Time between two looks at each copy by a monitor, in milliseconds.
    pub check_interval_ms: f64,
    /// A copy that has not answered the monitor for so long has failed to, in milliseconds.
    pub check_timeout_ms: f64,
    /// Failures in a row until the monitor takes a copy for dead.
    pub check_fall: u8,
    /// Fail-over by a person only: time until somebody acts, in seconds.
    pub reaction_s: f64,
    /// Time until the replica that is promoted takes writes, in milliseconds; longer where it has more to apply.
    pub promotion_ms: f64,
    /// The primary takes writes only for so long after the monitor has last asked it, and nobody is promoted before
    /// that is over, in milliseconds: so that there are never two. 0 is no lease.
    pub lease_ms: f64,
    /// Time until callers hear which copies there are and which one is the primary, in milliseconds: what a name's
    /// time to live or a proxy's refresh takes. The trip over their link comes on top.
    pub announcement_ms: f64,
    /// Writes that the log keeps. A replica that lacks older ones is made anew from a snapshot.
    pub log_writes: u32,
    /// Speed at which a snapshot is copied to a new replica, in MB (10^6 bytes) a second.
    pub seed_mbps: f64,
}

impl Replication {
    /// Whether it says nothing but what holds without.
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Replication {
    /// One acknowledgement, and 10 s for it, are the defaults of MySQL (`rpl_semi_sync_source_*`); 2 s of one's own
    /// writes from the primary is that of Ruby on Rails. The others are assumptions: ordinary for two machines of
    /// one data center.
    fn default() -> Self {
        Self {
            replicas: 0,
            mode: ReplicationMode::Asynchronous,
            acknowledgements: 1,
            acknowledged_when: Acknowledged::Received,
            acknowledgement_timeout_ms: 10_000.0,
            send_every_ms: 10.0,
            latency_ms: NEAR_MS,
            apply_time_ms: 2.0,
            appliers: 1,
            reads: ReadsFrom::Replicas,
            read_choice: ReadChoice::Turns,
            own_writes: OwnWrites::AnyCopy,
            own_writes_ms: 2_000.0,
            failover: Failover::Automatic,
            check_interval_ms: 1_000.0,
            check_timeout_ms: 500.0,
            check_fall: 3,
            reaction_s: 300.0,
            promotion_ms: 1_000.0,
            lease_ms: 0.0,
            announcement_ms: 0.0,
            log_writes: 100_000,
            seed_mbps: 100.0,
        }
    }
}

/// What a write waits for before it is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReplicationMode {
    /// Only for the primary.
    #[default]
    Asynchronous,
    /// For some of the replicas too.
    SemiSynchronous,
    /// For all replicas that there are. While one is down, no write is answered.
    Synchronous,
}

/// What a replica has done when it acknowledges a write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Acknowledged {
    /// It has received it: nothing is lost, but a read there may not see it yet.
    #[default]
    Received,
    /// It has applied it: a read there sees it.
    Applied,
}

/// Which copies answer reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadsFrom {
    /// The primary alone.
    Primary,
    /// The replicas; the primary where none is left.
    #[default]
    Replicas,
    /// All of them.
    All,
}

/// Which of several copies answers the next read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadChoice {
    /// One after the other.
    #[default]
    Turns,
    /// Any.
    Random,
    /// The one with the fewest open calls of this caller; any of those.
    LeastBusy,
}

/// What is done so that users see what they have written themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OwnWrites {
    /// Nothing: any copy answers.
    #[default]
    AnyCopy,
    /// For some time after a write its user reads from the primary.
    Primary,
    /// A read waits until its copy has applied the last write of its user.
    Wait,
}

/// Who takes the place of a primary that is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Failover {
    /// Nobody: it is waited for.
    Never,
    /// The most advanced replica, as soon as the monitor takes the primary for dead.
    #[default]
    Automatic,
    /// The most advanced replica, once somebody has reacted.
    ByHand,
}
