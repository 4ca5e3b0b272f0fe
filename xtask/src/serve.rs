//! `cargo xtask serve`: builds the release page and serves it to this machine.

use headroom_e2e::{Outcome, Server};
use lexopt::prelude::*;

use crate::{build, misused, project};

/// The port tried first.
const PORT: u16 = 8080;

/// The verb.
pub fn verb(mut arguments: lexopt::Parser) -> Outcome {
    let mut port = PORT;
    while let Some(argument) = arguments.next().map_err(misused)? {
        match argument {
            Long("port") => {
                let value = arguments.value().and_then(|value| value.parse());
                port = value.map_err(misused)?;
            }
            other => return Err(misused(other.unexpected())),
        }
    }
    build::release_page()?;
    let server = Server::start(project::dist(), port)?;
    if port != 0 && server.port() != port {
        say!("\nPort {port} is taken.");
    }
    say!("\nHeadroom is at {}\nPress Ctrl-C to stop.", server.url());
    server.serve_forever();
    Ok(())
}
