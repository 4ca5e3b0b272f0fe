//! One machine of a database: the primary or a replica, with a buffer, a disk, and as much of the log as it has.

use std::collections::VecDeque;

use headroom_scenario::Database as Parameters;

use crate::component::database::letters::Life;
use crate::figures::replication::Role;
use crate::mechanism::disk::Disk;
use crate::mechanism::lag::{Behind, Lag};
use crate::mechanism::log::Log;
use crate::mechanism::store::{Rules, Store};
use crate::mechanism::stream::Stream;

/// One machine of a database.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub buffer: Option<Store>,
    pub disk: Disk,
    /// The last write found no room.
    pub is_full: bool,
    /// Connections open.
    pub connections: u32,
    /// It takes writes, as far as it knows.
    pub takes_writes: bool,
    /// It takes none from then on, if it has a lease and does not hear from the monitor before.
    pub lease_until_ns: u64,
    /// The last promotion that it has heard of.
    pub epoch: u32,
    /// Position up to which it has the log.
    pub received: u64,
    /// The same that its data have.
    pub applied: u64,
    /// How much of the log has been sent to it.
    pub sent: u64,
    /// How much it has told the primary that it has.
    pub acknowledged: u64,
    /// Writes taken by its appliers, from the one after `applied` on, and whether each is done.
    pub applying: VecDeque<bool>,
    /// Slots that its appliers and the copying of a snapshot hold.
    pub slots_held: u32,
    /// The next beat of the log that it sends is set.
    pub will_send: bool,
    /// Reads that wait until it has applied a position, in order.
    pub parked: Vec<(u64, u32)>,
    /// Writes that it took when another was the primary already.
    pub surplus: u64,
    /// Writes that waited here for replicas when another became the primary.
    pub stranded: Vec<u32>,
    /// It has no data yet, or has yet to catch up with what came since.
    pub seeding: Seeding,
    /// Copies that wait for a free slot here to copy their snapshot.
    pub to_seed: Vec<Life>,
    pub apply_times: Stream,
    pub lag: Lag,
}

/// How far a new copy is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Seeding {
    /// It has the data.
    #[default]
    Done,
    /// It waits for a snapshot.
    Wanted,
    /// It is copied, from a moment to another.
    Copied { from_ns: u64, to_ns: u64 },
    /// It has the snapshot, and applies what was written since.
    CatchesUp,
}

impl Copy {
    /// A machine as at the start of a run.
    pub fn new(seed: u64, id: &str, number: u16, parameters: &Parameters) -> Self {
        Self {
            buffer: None,
            disk: Disk::new(parameters),
            is_full: false,
            connections: 0,
            takes_writes: number == 0,
            lease_until_ns: 0,
            epoch: 1,
            received: 0,
            applied: 0,
            sent: 0,
            acknowledged: 0,
            applying: VecDeque::new(),
            slots_held: 0,
            will_send: false,
            parked: Vec::new(),
            surplus: 0,
            stranded: Vec::new(),
            seeding: Seeding::Done,
            to_seed: Vec::new(),
            apply_times: Stream::new(seed, id, &format!("applies {number}")),
            lag: Lag::default(),
        }
    }

    /// Keeps to the rules of its buffer; none where all data fits.
    pub fn fit_buffer(&mut self, rules: Option<Rules>) {
        match (&mut self.buffer, rules) {
            (buffer, None) => *buffer = None,
            (Some(buffer), Some(rules)) => buffer.configure(rules, |_| {}),
            (buffer, Some(rules)) => *buffer = Some(Store::new(rules)),
        }
    }

    /// What of the log it has not applied, which has kept what it has up to a position.
    pub fn behind(&self, log: &Log, kept: u64) -> Behind {
        Behind {
            writes: log.last().saturating_sub(kept),
            // Older than any that the log has, where it has not got it any more.
            oldest_ns: log.get(log.first().max(kept + 1)).map(|entry| entry.at_ns),
        }
    }

    /// What it had in memory, and what was under way here, is gone.
    pub fn die(&mut self) {
        self.connections = 0;
        self.applying.clear();
        self.slots_held = 0;
        self.will_send = false;
        self.parked.clear();
        self.stranded.clear();
        self.to_seed.clear();
        if let Some(buffer) = &mut self.buffer {
            buffer.clear();
        }
    }

    /// It has the log up to a position at most, and nothing that was written there otherwise.
    pub fn rewind(&mut self, position: u64) {
        self.received = self.received.min(position);
        self.applied = self.applied.min(position);
        self.acknowledged = self.acknowledged.min(position);
        self.sent = self.received;
    }

    /// What it is, beside the primary of that number.
    pub fn role(&self, number: u16, primary: u16) -> Role {
        match self.seeding {
            _ if number == primary => Role::Primary,
            Seeding::Done if self.takes_writes => Role::FormerPrimary,
            Seeding::Done => Role::Replica,
            Seeding::Wanted | Seeding::Copied { .. } | Seeding::CatchesUp => Role::Seeding,
        }
    }

    /// How much of its snapshot is copied.
    pub fn seeded_share(&self, now_ns: u64) -> f64 {
        match self.seeding {
            Seeding::Done | Seeding::CatchesUp => 1.0,
            Seeding::Wanted => 0.0,
            Seeding::Copied { from_ns, to_ns } => {
                let length_ns = (to_ns - from_ns).max(1);
                ((now_ns.saturating_sub(from_ns)) as f64 / length_ns as f64).min(1.0)
            }
        }
    }
}
