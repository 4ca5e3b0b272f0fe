//! The scenario document: everything that defines a run, and nothing else.
//!
//! ```text
//! Scenario ─┬─ traffic      who sends what, how often, with which keys
//!           ├─ design       sites, components, links
//!           ├─ script       what happens during the run, stamped with its time
//!           ├─ objectives   what the design must hold
//!           ├─ seed         which run of all possible runs
//!           └─ view         where a shared link opens
//! ```
//!
//! A document comes from a file ([`Scenario::from_json`]), a link ([`fragment`]) or a built-in step
//! ([`step`]), and is raw until [`Scenario::validate`] has turned it into a [`ValidScenario`] or into the
//! list of all its [`Problem`]s; what will not do what it seems to ask for is told by
//! [`ValidScenario::warnings`]. What may be in it is bounded by [`limits`]; what it costs to run for
//! real is in [`price`].

mod action;
mod carrying_out;
mod change;
mod checkup;
mod component;
mod design;
mod document;
mod edit;
mod encoding;
mod ends;
pub mod fragment;
mod growth;
mod json;
mod kind_tag;
pub mod limits;
mod migrate;
mod nearest;
mod node;
mod number;
mod objectives;
pub mod parameter;
pub mod price;
mod problem;
mod replication;
pub mod room;
mod roster;
mod scenario;
#[cfg(feature = "schema")]
mod schema;
mod script;
mod size;
pub mod step;
mod traffic;
mod valid;
mod validation;
mod view;
mod warning;

pub use action::{Action, Direction, Impairment, Sort, Target};
pub use checkup::Checkup;
pub use component::{
    Algorithm, Autoscaling, Cache, Clients, Database, Dns, Eviction, HashFunction, HashKey,
    HealthCheck, Kind, LoadBalancer, NodeRouting, ReadMode, Service, SessionStore, WriteMode,
};
pub use design::{Component, Design, Link, Position, Site};
pub use document::read_part;
pub use edit::Change;
pub use encoding::text_of;
pub use ends::{ComponentNumber, Ends};
pub use growth::{Addition, NEAR_MS};
pub use kind_tag::{KindFacts, KindTag};
pub use limits::*;
pub use nearest::{did_you_mean, nearest};
pub use number::{read_number, read_whole};
pub use objectives::Objectives;
pub use problem::Problem;
pub use replication::{
    Acknowledged, Failover, OwnWrites, ReadChoice, ReadsFrom, Replication, ReplicationMode,
};
pub use roster::Roster;
pub use scenario::{SCHEMA_VERSION, Scenario};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use script::{TimedAction, done_by};
pub use size::Size;
pub use traffic::{
    Class, ClassKind, ClientBehaviour, Curve, Distribution, Keys, LoopModel, Region, Retries,
    Traffic,
};
pub use valid::ValidScenario;
pub use validation::{unhidden, validate_action, validate_action_before};
pub use view::{Panel, View};
