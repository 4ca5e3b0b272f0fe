//! The page without its server, and after a rebuild.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use headroom_e2e::{Failure, Look, Outcome, Page};
use serde_json::json;

use crate::fixture;

/// A copy of the built page in a folder of its own, deep below the server's root: it can be
/// rebuilt without disturbing other tests.
struct Build {
    root: PathBuf,
}

/// Where the page is below the root.
const PATH: &str = "any/path/";

impl Build {
    fn copied(name: &str) -> Outcome<Self> {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        // What an earlier run left there.
        fs::remove_dir_all(&root).ok();
        let build = Self { root };
        copy(&fixture::folder()?, &build.folder())?;
        Ok(build)
    }

    fn folder(&self) -> PathBuf {
        self.root.join(PATH)
    }

    /// Builds it anew, as far as a browser can tell: another title, and the style sheet under
    /// another hash. Returns the old name of the style sheet, and the new one.
    fn rebuild(&self) -> Outcome<(String, String)> {
        let files = names(&self.folder())?;
        let old = files
            .into_iter()
            .find(|name| name.starts_with("style-"))
            .ok_or_else(|| Failure::new("the page has a style sheet"))?;
        let new = "style-0123456789abcdef.css".to_owned();
        fs::rename(self.folder().join(&old), self.folder().join(&new))?;
        let index = self.folder().join("index.html");
        let html = fs::read_to_string(&index)?;
        let html = html.replace(&old, &new);
        fs::write(&index, html.replace("<title>", "<title>Rebuilt "))?;
        Ok((old, new))
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        // The next run removes what stays.
        fs::remove_dir_all(&self.root).ok();
    }
}

fn names(folder: &Path) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for name in names(from)? {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

/// A server in a process of its own. Dropped, it is gone with all its connections.
struct Alone {
    process: Child,
    url: String,
}

impl Alone {
    fn start(build: &Build) -> Outcome<Self> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_serve_folder"))
            .arg(&build.root)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut url)?;
        }
        let url = format!("{}{PATH}", url.trim());
        Ok(Self { process, url })
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The names of the files kept for later.
fn kept(page: &Page) -> Outcome<Vec<String>> {
    let names = page.session().run_async(
        "const names = await caches.keys();\
         const stores = await Promise.all(names.map((name) => caches.open(name)));\
         const files = await Promise.all(stores.map((store) => store.keys()));\
         return files.flat().map(({ url }) => new URL(url).pathname.split('/').pop())",
        &json!([]),
    )?;
    let names = names.as_array().into_iter().flatten();
    Ok(names
        .filter_map(|name| Some(name.as_str()?.to_owned()))
        .collect())
}

fn until_kept(page: &Page) -> Outcome {
    page.until("the page is kept for later", |page| {
        let state = "return navigator.serviceWorker?.controller?.state ?? ''";
        Ok(page.session().run(state, &json!([]))? == "activated")
    })
}

#[test]
fn opens_and_runs_when_its_server_is_gone() -> Outcome {
    let build = Build::copied("gone")?;
    let server = Alone::start(&build)?;
    let page = fixture::page_at(&server.url, "#step=cache", Look::DESK)?;
    until_kept(&page)?;
    drop(server);
    // The same page again, another link, and one to embed.
    for (fragment, step) in [
        ("#step=cache", "cache"),
        ("#step=hash-ring&seed=7", "hash-ring"),
        ("#step=load-balancer&embed=1", "load-balancer"),
    ] {
        page.go(fragment)?;
        assert_eq!(page.attribute("[data-step]", "data-step")?, step);
        page.until("simulated time passes", |page| {
            Ok(page.figure("[data-testid=clock]")? > 0.5)
        })?;
    }
    Ok(())
}

#[test]
fn a_reload_after_a_rebuild_shows_the_new_build_and_keeps_nothing_of_the_old() -> Outcome {
    let build = Build::copied("rebuilt")?;
    let server = Alone::start(&build)?;
    let page = fixture::page_at(&server.url, "", Look::DESK)?;
    until_kept(&page)?;
    let (old, new) = build.rebuild()?;
    assert!(kept(&page)?.contains(&old));
    page.go("")?;
    let title = page.session().run("return document.title", &json!([]))?;
    assert_eq!(title, "Rebuilt Headroom");
    page.until("the new build is kept, and nothing of the old", |page| {
        let kept = kept(page)?;
        Ok(kept.contains(&new) && !kept.contains(&old))
    })?;
    // All of it: it opens by itself.
    drop(server);
    page.go("")?;
    let title = page.session().run("return document.title", &json!([]))?;
    assert_eq!(title, "Rebuilt Headroom");
    Ok(())
}
