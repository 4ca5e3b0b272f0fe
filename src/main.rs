//! One module serves the page and its workers: `main` looks where it runs.

use headroom_page::host::{Host, Role, host};
use headroom_page::port::Home;
use headroom_page::{app, lab, proof, worker};

fn main() {
    match host() {
        Host::Window => app::start(),
        Host::Worker(scope, Role::Engine) => worker::start(Home::new(scope)),
        Host::Worker(scope, Role::Lab) => lab::start(Home::new(scope)),
        Host::Worker(scope, Role::Proof) => proof::start(Home::new(scope)),
    }
}
