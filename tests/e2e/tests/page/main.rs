//! The released page in a real browser. `cargo xtask test --only e2e` builds the page, serves
//! it, starts the browser's driver, and runs these.

mod accessibility;
mod fixture;
mod opening;
