//! What every component must really do, seen from outside: a design, a run, its figures.

mod at_once;
mod autoscaling;
mod balancer;
mod cache;
mod clients;
mod database;
mod deploy;
mod design;
mod edits;
mod faults;
mod figures;
mod limits;
mod links;
mod live;
mod marks;
mod model;
mod replication;
mod room;
mod service;
mod timeouts;
mod writes;
