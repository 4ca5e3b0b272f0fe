//! Searches and judgments over whole runs, held to what a reader may conclude from them.

mod blame;
mod capacity;
mod conditions;
mod curves;
mod designs;
mod judgment;
