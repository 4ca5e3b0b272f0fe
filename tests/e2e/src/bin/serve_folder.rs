//! Serves a folder until it is killed: a server that a test can take away, and says where it is.

use std::env;
use std::io::Write;

use headroom_e2e::{Failure, Outcome, Server};

fn main() -> Outcome {
    let folder = env::args_os()
        .nth(1)
        .ok_or_else(|| Failure::new("name the folder to serve"))?;
    let server = Server::start(folder, 0)?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", server.url())?;
    stdout.flush()?;
    server.serve_forever();
    Ok(())
}
