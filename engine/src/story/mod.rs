//! What is shown of single requests and moments: trips, traces, marks, happenings.

pub mod flight;
pub mod happening;
pub mod marks;
pub mod trace;
pub(crate) mod tracer;
