//! What knows nothing of the simulation, each held to the truth alone.

pub mod autoscaler;
pub mod choice;
pub(crate) mod digest;
pub(crate) mod disk;
pub mod hash;
pub(crate) mod hash_function;
pub mod histogram;
pub(crate) mod lag;
pub(crate) mod log;
pub mod popularity;
pub mod ring;
pub(crate) mod room;
pub mod store;
pub(crate) mod stream;
pub(crate) mod timetable;
pub(crate) mod ziggurat;
