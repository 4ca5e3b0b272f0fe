//! The page in real browsers: a server for the built page, a WebDriver client, and the page as
//! the tests and the chores of `xtask` see it.
//!
//! ```text
//!   Server ── dist/ ──▶ Browser ◀── WebDriver ── Session ◀── Page ◀── a test
//! ```

pub mod accessibility;
pub mod browser;
pub mod failure;
pub mod image;
pub mod look;
pub mod page;
pub mod proof;
pub mod server;
pub mod session;
pub mod smoothness;

pub use browser::{Browser, Driver};
pub use failure::{Failure, Outcome};
pub use look::{Look, Theme};
pub use page::Page;
pub use server::Server;
pub use session::Session;
