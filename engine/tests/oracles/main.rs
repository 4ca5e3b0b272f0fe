//! The engine held to the truth: exact results, published formulas, and what real servers do.
//!
//! Figures stand in `data/`. What is statistical is judged by a z-score, which every test prints
//! (`cargo test -p headroom-engine --test oracles -- --nocapture` shows them).

#![expect(
    clippy::disallowed_methods,
    reason = "a test's own arithmetic may be the platform's"
)]

mod autoscaling;
mod balancers;
mod cache;
mod conservation;
mod data;
mod designs;
mod extremes;
mod fork_join;
mod impatience;
mod little;
mod numbers;
mod places;
mod queueing;
mod replication;
mod ring;
mod runs;
mod same_run;
mod sample;
