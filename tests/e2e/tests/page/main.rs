//! The released page in a real browser. `cargo xtask test --only e2e` builds the page, serves
//! it, starts the browser's driver, and runs these.

mod accessibility;
mod autoscaling;
mod building;
mod camera;
mod controls;
mod copies;
mod faults;
mod figures;
mod file;
mod fit;
mod fixture;
mod hands;
mod headroom;
mod history;
mod keyboard;
mod link;
mod main_path;
mod motion;
mod offline;
mod opening;
mod parameters;
mod same_run;
mod wires;
