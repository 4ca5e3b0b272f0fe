//! What a run keeps at most. What a document may ask for stands in `headroom_scenario::limits`.

/// Records of requests held at once; the next arrival fails with
/// [`Reason::TooManyInFlight`](crate::figures::reason::Reason::TooManyInFlight). Four million are four seconds of
/// the highest rate, and about 400 MB.
pub const RECORDS_MAX: usize = 4_000_000;
/// Components a request may be inside of at once.
pub const DEPTH_MAX: usize = headroom_scenario::limits::DEPTH_MAX;
/// Marks kept for the time line; the oldest goes first. It draws far fewer.
pub const MARKS_MAX: usize = 1_000;
/// Traces kept; the oldest goes first. Enough to choose from, a few megabytes at most.
pub const TRACES_MAX: usize = 2_000;
/// Spans one trace may have: a request that retries for ever fills no memory.
pub const SPANS_MAX: usize = 200;
/// Flights kept until they are taken; the page takes them many times a second, the command never.
pub const FLIGHTS_MAX: usize = 100_000;
/// How many of a waiting line are shown one by one; a card has no room for more.
pub const WAITING_SHOWN_MAX: usize = 16;
/// Keys of sampled requests shown on a ring; more hide it.
pub const KEYS_SHOWN_MAX: usize = 24;
