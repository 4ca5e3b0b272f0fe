//! The simulation: discrete events over a design, pure, synchronous and seeded.
//!
//! ```text
//!             actions                       snapshots, flights, traces, reports
//!                │                                        ▲
//!                ▼                                        │
//! ValidScenario ─► Engine ── step / run_until ── events ──┴── digest
//! ```
//!
//! Nothing here names a clock, a thread, a file or the web: the same scenario and seed are the same
//! run, bit for bit, wherever it runs.

pub mod choice;
pub mod flight;
pub mod happening;
pub mod hash;
pub mod histogram;
pub mod popularity;
pub mod reason;
pub mod report;
pub mod ring_view;
pub mod ring;
pub mod store;
pub mod series;
pub mod snapshot;
pub mod time;
pub mod trace;
