//! Where things are in the project.

use std::path::{Path, PathBuf};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lives in a folder of the project")
}

/// The released page.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Where tools go that were not on `PATH`.
pub fn tools() -> PathBuf {
    root().join("target/tools")
}
