//! The simulation: discrete events over a design, pure, synchronous and seeded.
//!
//! ```text
//!             actions                       snapshots, flights, traces, reports
//!                │                                        ▲
//!                ▼                                        │
//! ValidScenario ─► Engine ── step / run_until ── events ──┴── digest
//! ```
//!
//! The rooms, each of which knows only those before it in this list:
//!
//! - `mechanism`: what knows nothing of the simulation;
//! - `calendar`: what happens next;
//! - `figures`: what is counted, and what is told of it;
//! - `story`: what is shown of single requests and moments;
//! - `world`: what all components share;
//! - `component`: the kinds;
//! - `run`: one run of a design, and the statistics taken of it;
//! - `books`: makes figures of a run, and checks that they balance;
//! - `control`: what users and controllers do to a running design;
//! - `place`: takes the next event, and hands it to the component it is about;
//! - `engine`: runs one place, or several side by side;
//! - `lab`: searches over whole runs.
//!
//! Nothing here names a clock, a thread, a file or the web: the same scenario and seed are the same
//! run, bit for bit, wherever it runs.

mod books;
mod calendar;
mod component;
mod control;
mod engine;
mod figures;
pub mod lab;
pub mod limits;
mod mechanism;
mod place;
mod run;
mod story;
pub mod time;
mod world;

pub use books::ring_view;
pub use engine::{Crew, Engine, InTurn};
pub use figures::{reason, replication, report, series, snapshot};
pub use mechanism::{autoscaler, choice, hash, histogram, popularity, ring, store};
pub use place::{Place, Progress};
pub use run::ENGINE_VERSION;
pub use story::{flight, happening, marks, trace};
