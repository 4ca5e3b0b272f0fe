//! The page: a system design simulated request by request while you evolve it.
//!
//! ```text
//! window                                       workers (the same module)
//! app ── intents ──► protocol::Command ──────► worker ── engine
//!  ▲                                             │
//!  ├── figures, a few times a second ◄───────────┤
//!  │   stage: flights and the time to draw ◄─────┘
//!  └── findings ◄───────── lab::Answer ◄──────── lab ── searches
//! ```
//!
//! What is seen stands in a folder of its own: `app` holds the page together, `diagram`, `ring`,
//! `queues`, `data`, `charts`, `trace` and `inspector` draw their part from what it hands them.

pub mod address;
pub mod app;
mod bunch;
pub mod charts;
pub mod choice;
mod copies;
pub mod data;
mod deed;
pub mod diagram;
pub mod entry;
pub mod format;
pub mod host;
pub mod inspector;
pub mod intent;
pub mod lab;
pub mod lettering;
mod mathematics;
pub mod order;
mod packed;
mod part;
#[cfg(test)]
mod path_check;
pub mod port;
pub mod proof;
pub mod protocol;
pub mod queues;
pub mod ring;
pub mod sampling;
pub mod selection;
pub mod shared;
pub mod speed;
pub mod stage;
pub mod trace;
pub mod worker;
