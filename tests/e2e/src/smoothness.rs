//! How smoothly the page plays: frames, and how long its main thread is ever busy.

use std::time::Duration;

use serde_json::json;

use crate::failure::Outcome;
use crate::page::Page;

/// Counts frames, and sends itself messages: a gap between two of them is a task that ran
/// meanwhile, whatever it was.
const WATCH: &str = "
    const until = performance.now() + arguments[0];
    let frames = 0;
    let longest = 0;
    let last = performance.now();
    const count = () => { frames += 1; if (performance.now() < until) requestAnimationFrame(count); };
    requestAnimationFrame(count);
    const { port1, port2 } = new MessageChannel();
    await new Promise((done) => {
      port1.onmessage = () => {
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
        if (now < until) port2.postMessage(0); else done();
      };
      port2.postMessage(0);
    });
    port1.close();
    return [frames / arguments[0] * 1000, longest];
";

/// What was seen while the page played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smoothness {
    /// Frames a second.
    pub frames_per_s: f64,
    /// The longest stretch in which the main thread answered to nothing, in milliseconds.
    pub busy_ms_max: f64,
}

/// Watches the page for a while.
pub fn watch(page: &Page, time: Duration) -> Outcome<Smoothness> {
    let seen = page
        .session()
        .run_async(WATCH, &json!([time.as_millis() as u64]))?;
    Ok(Smoothness {
        frames_per_s: seen[0].as_f64().unwrap_or_default(),
        busy_ms_max: seen[1].as_f64().unwrap_or_default(),
    })
}
