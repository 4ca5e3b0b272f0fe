//! The engine's worker: runs the simulation in turns short enough to hear the page between them.

mod checkpoints;
mod flights;
mod pace;
mod panic;
mod session;
mod turns;

use std::cell::RefCell;
use std::rc::Rc;

use crate::port::Home;
use crate::protocol::{Command, Message};
use session::Session;

pub use panic::report_panics;
pub use turns::{Next, Turns, now_ms};

/// Listens to the page and runs what it asks for.
pub fn start(home: Home) {
    report_panics(|home, reason| home.send(&Message::Panicked { reason }));
    let session = Rc::new(RefCell::new(Session::new(home.clone())));
    let turns = {
        let session = session.clone();
        Turns::new(move || session.borrow_mut().turn(now_ms))
    };
    home.listen(move |command: Command| {
        session.borrow_mut().obey(command, now_ms());
        turns.wake();
    });
    home.send(&Message::Ready);
}
