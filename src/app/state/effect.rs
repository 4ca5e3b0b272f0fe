//! What the page does in the browser, as its state asks for it.

use std::rc::Rc;

use headroom_scenario::Scenario;

use crate::address::Place;
use crate::intent::Theme;
use crate::protocol::Command;

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The engine's worker is started anew.
    StartEngine,
    /// It is told something.
    Tell(Command),
    /// What moves is of the run of this number from now on.
    ClearStage(u32),
    /// The address shows a document.
    Follow(Rc<Scenario>, Place),
    /// It will, unless the document changes again soon.
    FollowSoon,
    /// It stays as it is until the document changes.
    KeepAddress,
    /// The lab will be asked, unless the design changes again soon.
    AskSoon,
    /// The page is shown in a theme from now on.
    Wear(Theme),
    /// A seed that nobody has seen before is wished for.
    DrawSeed,
}
