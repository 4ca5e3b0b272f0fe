//! What moves on the wires: one flight for each trip of a sampled request.

/// One trip of a sampled request along a link. Its place at a moment follows from the two times,
/// so that pause, step and scrub cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Flight {
    /// Leaves, simulated nanoseconds.
    pub start_ns: u64,
    /// Arrives.
    pub end_ns: u64,
    /// Number of the request, counted from 0 over the whole run.
    pub request: u64,
    /// Number of the link in the design.
    pub link: u16,
    /// Instance at the caller's end of the link.
    pub from_instance: u16,
    /// Instance at the called end of the link.
    pub to_instance: u16,
    /// Number of the class in the mix.
    pub class: u8,
    /// [`Flight::BACK`], [`Flight::FAILED`], [`Flight::RETRY`], [`Flight::ABANDONED`], or-ed.
    pub flags: u8,
}

impl Flight {
    /// An answer: from the called to the caller.
    pub const BACK: u8 = 1;
    /// The answer is a failure.
    pub const FAILED: u8 = 2;
    /// Not the first attempt.
    pub const RETRY: u8 = 4;
    /// The user has stopped waiting, the work goes on.
    pub const ABANDONED: u8 = 8;
}
