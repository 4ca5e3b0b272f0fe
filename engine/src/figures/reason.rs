//! Why a request failed.

use serde::{Deserialize, Serialize};

/// Why a request, or one attempt at it, failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Reason {
    /// The client waited as long as it would.
    TimedOut,
    /// The waiting line of a server was full.
    QueueFull,
    /// The machine is down: nobody listens there.
    ConnectionRefused,
    /// The machine died while the request was in it.
    ConnectionReset,
    /// The balancer knows of no healthy instance.
    NoHealthyInstance,
    /// The database has all its connections open.
    TooManyConnections,
    /// A write found no room on the database's disk.
    DiskFull,
    /// A write came to a copy of a database that takes none.
    ReadOnly,
    /// The engine holds as many requests in flight as its limit allows.
    TooManyInFlight,
}

impl Reason {
    /// Every reason, in the order of its number.
    pub const ALL: [Reason; 9] = [
        Reason::TimedOut,
        Reason::QueueFull,
        Reason::ConnectionRefused,
        Reason::ConnectionReset,
        Reason::NoHealthyInstance,
        Reason::TooManyConnections,
        Reason::DiskFull,
        Reason::ReadOnly,
        Reason::TooManyInFlight,
    ];
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Whether it says that there was more to do than could be done: who is refused by a dead machine is not.
    pub const fn is_of_load(self) -> bool {
        match self {
            Reason::TimedOut
            | Reason::QueueFull
            | Reason::TooManyConnections
            | Reason::TooManyInFlight => true,
            Reason::ConnectionRefused
            | Reason::ConnectionReset
            | Reason::NoHealthyInstance
            | Reason::DiskFull
            | Reason::ReadOnly => false,
        }
    }

    /// Whether it leaves open whether the request was carried out: there was no answer, or its maker had
    /// none. The other reasons are answers, and told before anything was done.
    pub const fn leaves_unknown(self) -> bool {
        match self {
            Reason::TimedOut | Reason::ConnectionReset => true,
            Reason::QueueFull
            | Reason::ConnectionRefused
            | Reason::NoHealthyInstance
            | Reason::TooManyConnections
            | Reason::DiskFull
            | Reason::ReadOnly
            | Reason::TooManyInFlight => false,
        }
    }

    /// The reason in a few plain words.
    pub const fn words(self) -> &'static str {
        match self {
            Reason::TimedOut => "timed out",
            Reason::QueueFull => "waiting line full",
            Reason::ConnectionRefused => "connection refused",
            Reason::ConnectionReset => "connection reset",
            Reason::NoHealthyInstance => "no healthy server",
            Reason::TooManyConnections => "too many connections",
            Reason::DiskFull => "disk full",
            Reason::ReadOnly => "read-only copy",
            Reason::TooManyInFlight => "too many in flight",
        }
    }

    /// The reason as in a document: `timed_out`.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::TimedOut => "timed_out",
            Reason::QueueFull => "queue_full",
            Reason::ConnectionRefused => "connection_refused",
            Reason::ConnectionReset => "connection_reset",
            Reason::NoHealthyInstance => "no_healthy_instance",
            Reason::TooManyConnections => "too_many_connections",
            Reason::DiskFull => "disk_full",
            Reason::ReadOnly => "read_only",
            Reason::TooManyInFlight => "too_many_in_flight",
        }
    }
}
