//! Of a database.

use super::{BY_MACHINE, Field, Input, Parameters, Value};
use crate::{
    Acknowledged, Database, Distribution, Failover, OwnWrites, ReadChoice, ReadsFrom,
    ReplicationMode, Size,
};

/// Whether anybody looks at the growth of the data.
fn grows(of: &Database) -> bool {
    of.disk_gb != Some(0.0)
}

/// Whether there is a replica.
fn has_replicas(of: &Database) -> bool {
    of.replication.replicas > 0
}

fn is_semi_synchronous(of: &Database) -> bool {
    has_replicas(of) && of.replication.mode == ReplicationMode::SemiSynchronous
}

fn reads_copies(of: &Database) -> bool {
    has_replicas(of) && of.replication.reads != ReadsFrom::Primary
}

fn fails_over(of: &Database) -> bool {
    has_replicas(of) && of.replication.failover != Failover::Never
}

impl Parameters for Database {
    const FIELDS: &'static [Field<Self>] = &[
        size!(
            Size::OF_DATABASES,
            Size::DATABASES_IN_WORDS,
            "One with n times the processors runs n times as many queries at once; 24tb is the largest machine to be had."
        ),
        number!(
            workers,
            "Queries at once",
            "",
            WORKERS,
            "On the smallest machine."
        ),
        number!(
            connections,
            "Connections",
            "",
            CONNECTIONS,
            "Open at once, running and waiting; the next is refused."
        ),
        switch!(
            drops_abandoned,
            "Drops what nobody awaits",
            "A query whose caller has given up leaves the line without work, as where deadlines travel along."
        ),
        number!(
            read_time_ms,
            "Read",
            "ms",
            COMPUTING_MS,
            "Mean time of a read of query work 1."
        ),
        number!(
            write_time_ms,
            "Write",
            "ms",
            COMPUTING_MS,
            "Mean time of a write of query work 1."
        ),
        law!("The law of both times."),
        erlang_stages!(),
        squared_variation!(),
        field!(
            "buffer",
            "Buffer",
            "",
            Input::Mode(&["by the machine", "all data fits", "so many entries"]),
            "What it keeps in memory; by the machine, three quarters of that.",
            |of| Some(Value::Choice(match of.buffer_entries {
                None => 0,
                Some(0) => 1,
                Some(_) => 2,
            })),
            |of, value| if let Value::Choice(place) = value {
                of.buffer_entries = match place {
                    1 => Some(0),
                    2 => Some(10_000),
                    _ => None,
                };
            }
        ),
        settable!(
            buffer_entries,
            "Buffer, set",
            "entries",
            ENTRIES_OR_NONE,
            "Entries in its own memory; 0 means that all data fits."
        )
        .said("entries in the buffer", "")
        .unset(BY_MACHINE),
        number!(
            disk_read_ms,
            "Disk read",
            "ms",
            WAIT_MS,
            "Added by a read when the buffer has not got the key."
        )
        .when(|of| of.buffer_entries != Some(0)),
        field!(
            "disk",
            "Disk",
            "",
            Input::Mode(&["by the machine", "nobody looks", "so many GB"]),
            "Room for the data; a write that finds none fails. By the machine, 37.5 GB for each processor.",
            |of| Some(Value::Choice(match of.disk_gb {
                None => 0,
                Some(0.0) => 1,
                Some(_) => 2,
            })),
            |of, value| if let Value::Choice(place) = value {
                of.disk_gb = match place {
                    1 => Some(0.0),
                    2 => Some(100.0),
                    _ => None,
                };
            }
        ),
        settable!(
            disk_gb,
            "Disk, set",
            "GB",
            DISK_GB,
            "Size of the disk; 0 does not look at the growth of the data."
        )
        .said("disk", "GB")
        .unset(BY_MACHINE),
        number!(
            data_gb,
            "Data at the start",
            "GB",
            DISK_GB,
            "On the disk when the run starts, which is replayed with it."
        )
        .at_start()
        .when(grows),
        number!(
            write_kb,
            "A write adds",
            "KB",
            WRITE_KB,
            "What each write query adds to the data: rows, indexes and log together."
        )
        .when(grows),
        number!(
            replication.replicas,
            "Replicas",
            "",
            REPLICAS,
            "Copies on machines of their own, which follow the primary."
        )
        .at_start(),
        choice!(replication.mode, "Replication", "What a write waits for before it is answered.", [
            ReplicationMode::Asynchronous => "asynchronous",
            ReplicationMode::SemiSynchronous => "semi-synchronous",
            ReplicationMode::Synchronous => "synchronous",
        ])
        .when(has_replicas),
        number!(
            replication.acknowledgements,
            "Waits for",
            "replicas",
            ACKNOWLEDGEMENTS,
            "Replicas that must have a write before it is answered."
        )
        .when(is_semi_synchronous),
        choice!(replication.acknowledged_when, "A replica has it when", "What it has done when it acknowledges a write.", [
            Acknowledged::Received => "received",
            Acknowledged::Applied => "applied",
        ])
        .when(|of| has_replicas(of) && of.replication.mode != ReplicationMode::Asynchronous),
        number!(
            replication.acknowledgement_timeout_ms,
            "Waits at most",
            "ms",
            WAIT_MS,
            "Then writes are answered without, until the replicas have caught up; 0 waits for ever."
        )
        .when(is_semi_synchronous),
        number!(
            replication.send_every_ms,
            "Log sent every",
            "ms",
            SEND_EVERY_MS,
            "What the primary has not sent when it dies is lost with it; 0 sends each write at once."
        )
        .when(has_replicas),
        number!(
            replication.latency_ms,
            "Between copies",
            "ms",
            LATENCY_MS,
            "Time one way between two of its machines."
        )
        .when(has_replicas),
        number!(
            replication.apply_time_ms,
            "Applying a write",
            "ms",
            COMPUTING_MS,
            "Mean time in which a replica applies a write of the log."
        )
        .when(has_replicas),
        number!(
            replication.appliers,
            "Appliers",
            "",
            APPLIERS,
            "Writes that a replica applies at once; each takes one of its slots."
        )
        .when(has_replicas),
        choice!(replication.reads, "Reads go to", "Which copies answer reads.", [
            ReadsFrom::Primary => "the primary",
            ReadsFrom::Replicas => "the replicas",
            ReadsFrom::All => "all copies",
        ])
        .when(has_replicas),
        choice!(replication.read_choice, "The next read", "Which of those copies answers it.", [
            ReadChoice::Turns => "by turns",
            ReadChoice::Random => "at random",
            ReadChoice::LeastBusy => "the least busy",
        ])
        .when(reads_copies),
        choice!(replication.own_writes, "Own writes", "What is done so that users see what they have written.", [
            OwnWrites::AnyCopy => "nothing",
            OwnWrites::Primary => "the primary answers",
            OwnWrites::Wait => "the copy waits",
        ])
        .when(reads_copies),
        number!(
            replication.own_writes_ms,
            "For so long",
            "ms",
            WAIT_MS,
            "So long after a write its user's reads go to the primary."
        )
        .when(|of| reads_copies(of) && of.replication.own_writes == OwnWrites::Primary),
        choice!(replication.failover, "Fail-over", "Who takes the place of a primary that is gone.", [
            Failover::Never => "nobody",
            Failover::Automatic => "a replica: by itself",
            Failover::ByHand => "a replica: by hand",
        ])
        .when(has_replicas),
        number!(
            replication.check_interval_ms,
            "Copies checked every",
            "ms",
            PROBE_INTERVAL_MS,
            "Time between two looks of the monitor at each copy."
        )
        .when(has_replicas),
        number!(
            replication.check_timeout_ms,
            "Check time-out",
            "ms",
            DELAY_MS,
            "A copy that has not answered for so long has failed to."
        )
        .when(has_replicas),
        number!(
            replication.check_fall,
            "Dead after",
            "bad checks",
            PROBES,
            "Bad checks in a row until a copy is taken for dead."
        )
        .when(has_replicas),
        number!(
            replication.reaction_s,
            "Somebody acts after",
            "s",
            TIME_S,
            "Time from then until a person has replaced the primary."
        )
        .when(|of| has_replicas(of) && of.replication.failover == Failover::ByHand),
        number!(
            replication.promotion_ms,
            "Promotion",
            "ms",
            WAIT_MS,
            "Time until the new primary takes writes; longer where it has more to apply."
        )
        .when(fails_over),
        number!(
            replication.lease_ms,
            "Lease",
            "ms",
            WAIT_MS,
            "The primary takes writes only so long after a check, and nobody is promoted before; 0 is no lease, and there may be two."
        )
        .when(fails_over),
        number!(
            replication.announcement_ms,
            "Callers hear after",
            "ms",
            WAIT_MS,
            "Time until callers know which copies there are, beside the trip over their link."
        )
        .when(has_replicas),
        number!(
            replication.log_writes,
            "Log keeps",
            "writes",
            LOG_WRITES,
            "A replica that lacks older ones is made anew from a snapshot."
        )
        .when(has_replicas),
        number!(
            replication.seed_mbps,
            "Snapshot copied at",
            "MB/s",
            SEED_MBPS,
            "How fast a new replica gets the data there is."
        )
        .when(has_replicas),
    ];
}
