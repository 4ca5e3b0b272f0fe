//! A server for the built page: static files of one folder, under their true types.

use std::fs;
use std::io::Cursor;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tiny_http::{Header, Method, Request, Response};

use crate::failure::{Failure, Outcome};

/// Ports tried after the wanted one before giving up.
const PORTS_TRIED_MAX: u16 = 64;
/// Requests answered at once: a page asks for a handful of files.
const THREADS: usize = 4;

/// A running server. It serves until the process ends.
pub struct Server {
    address: SocketAddr,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Server {
    /// Serves `folder` on the first free port from `port` on, to this machine only. Port 0 takes
    /// any free one.
    pub fn start(folder: impl Into<PathBuf>, port: u16) -> Outcome<Self> {
        let folder: Arc<Path> = folder.into().into();
        let server = (port..=port.saturating_add(PORTS_TRIED_MAX))
            .find_map(|port| tiny_http::Server::http((Ipv4Addr::LOCALHOST, port)).ok())
            .map(Arc::new)
            .ok_or_else(|| {
                Failure::new(format!(
                    "no free port between {port} and {}",
                    port.saturating_add(PORTS_TRIED_MAX)
                ))
            })?;
        let address = server
            .server_addr()
            .to_ip()
            .ok_or_else(|| Failure::new("the server has no address"))?;
        let threads = (0..THREADS)
            .map(|_| {
                let (server, folder) = (server.clone(), folder.clone());
                thread::spawn(move || {
                    for request in server.incoming_requests() {
                        answer(request, &folder);
                    }
                })
            })
            .collect();
        Ok(Self { address, threads })
    }

    /// Where the page is: `http://127.0.0.1:8080/`.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The port it took.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Serves until the process is ended.
    pub fn serve_forever(self) {
        for thread in self.threads {
            // A thread that panicked has said so; the others go on serving.
            thread.join().ok();
        }
    }
}

fn answer(request: Request, folder: &Path) {
    let response = match file_of(request.url(), folder) {
        _ if !matches!(request.method(), Method::Get | Method::Head) => refusal(405),
        Some(path) => match fs::read(&path) {
            Ok(bytes) => Response::from_data(bytes)
                .with_header(header("Content-Type", media_type(&path)))
                .with_header(header("Cache-Control", "no-cache")),
            Err(_) => refusal(404),
        },
        None => refusal(404),
    };
    // A browser that hung up is no concern of the others.
    request.respond(response).ok();
}

/// The file that a URL names: never one outside the folder.
fn file_of(url: &str, folder: &Path) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.trim_start_matches('/');
    let path = if path.is_empty() || path.ends_with('/') {
        Path::new(path).join("index.html")
    } else {
        PathBuf::from(path)
    };
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
        .then(|| folder.join(path))
}

fn refusal(status: u16) -> Response<Cursor<Vec<u8>>> {
    Response::from_string(if status == 404 {
        "not found"
    } else {
        "refused"
    })
    .with_status_code(status)
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("headers here are plain ASCII")
}

/// Media types of the kinds of file that the page is made of. A browser compiles WebAssembly
/// while it arrives only under its own type.
fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_the_page_and_nothing_outside_the_folder_is_served() {
        let folder = Path::new("dist");
        assert_eq!(file_of("/", folder), Some(folder.join("index.html")));
        assert_eq!(
            file_of("/boot.js?x=1#y", folder),
            Some(folder.join("boot.js"))
        );
        assert_eq!(
            file_of("/any/path/", folder),
            Some(folder.join("any/path/index.html"))
        );
        assert_eq!(file_of("/../Cargo.toml", folder), None);
        assert_eq!(file_of("/icons/../../x", folder), None);
    }

    #[test]
    fn a_busy_port_gives_way_to_the_next_free_one() {
        let first = Server::start("dist", 0).expect("a port is free");
        let busy = first.port();
        let second = Server::start("dist", busy).expect("another port is free");
        assert!(second.port() > busy);
    }
}
