//! The page: a system design simulated request by request while you evolve it.

pub mod host;
