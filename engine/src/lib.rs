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

pub mod autoscaler;
mod calendar;
pub mod choice;
mod component;
mod conservation;
mod deadline;
mod deploy;
mod digest;
mod disk;
mod engine;
pub mod flight;
pub mod happening;
pub mod hash;
mod hash_function;
mod held_back;
pub mod histogram;
mod intervention;
pub mod lab;
mod lane;
mod leaving;
pub mod limits;
pub mod marks;
mod meter;
mod narration;
mod outcome;
mod own_counts;
pub mod popularity;
pub mod reason;
pub mod report;
mod reporting;
mod request;
pub mod ring;
pub mod ring_view;
mod room;
mod route;
mod scaling;
pub mod series;
pub mod snapshot;
mod snapshotting;
mod statistics;
pub mod store;
mod stream;
pub mod time;
mod timetable;
pub mod trace;
mod tracer;
mod wheel;
mod world;
mod ziggurat;

pub use engine::{ENGINE_VERSION, Engine, Progress};
