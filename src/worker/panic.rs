//! A panic in a worker is said to the page before the worker dies of it.

use crate::host::{Host, host};
use crate::port::Home;

/// From now on, `say` tells the page the words of a panic.
pub fn report_panics(say: impl Fn(&Home, String) + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |panic| {
        if let Host::Worker(scope, _) = host() {
            say(&Home::new(scope), panic.to_string());
        }
    }));
}
