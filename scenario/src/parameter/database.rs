//! Of a database.

use super::{BY_MACHINE, Field, Input, Parameters, Value};
use crate::{Database, Distribution, Size};

/// Whether anybody looks at the growth of the data.
fn grows(of: &Database) -> bool {
    of.disk_gb != Some(0.0)
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
    ];
}
