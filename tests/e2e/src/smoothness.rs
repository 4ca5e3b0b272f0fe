//! How smoothly the page plays: its frames, and what its main thread does meanwhile.

use std::time::Duration;

use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::session::Session;

/// Takes note of when frames begin, and has the browser itself tell of long tasks. It does nothing
/// else: whoever keeps the main thread awake to watch it takes the time that frames need.
const WATCH: &str = "
    const [time] = arguments;
    const tasks = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
    observer.observe({ entryTypes: ['longtask'] });
    const frames = await new Promise((done) => {
      const begun = [];
      const frame = (now) => {
        begun.push(now);
        if (now - begun[0] < time) requestAnimationFrame(frame); else done(begun);
      };
      requestAnimationFrame(frame);
    });
    observer.disconnect();
    const gaps = frames.slice(1).map((now, before) => now - frames[before]);
    return {
      frames_per_s: gaps.length / (frames.at(-1) - frames[0]) * 1000,
      gap_ms_max: Math.max(...gaps),
      long_tasks_ms: tasks.map(({ duration }) => duration),
    };
";

/// What was seen while the page played.
#[derive(Clone, Debug, PartialEq)]
pub struct Smoothness {
    /// Frames a second.
    pub frames_per_s: f64,
    /// The longest time from one frame to the next, in milliseconds.
    pub gap_ms_max: f64,
    /// Share of a core that the main thread took. Without a graphics card its tasks also wait for
    /// the picture to be drawn; that is not in it.
    pub core_share: f64,
    /// The tasks of the main thread that took 50 ms or more, waiting and all, in milliseconds: what
    /// a browser calls long.
    pub long_tasks_ms: Vec<f64>,
}

/// Watches what a window shows for a while. Chromium only.
pub fn watch(session: &Session, time: Duration) -> Outcome<Smoothness> {
    session.devtools("Performance.enable", json!({}))?;
    let before = Clocks::read(session)?;
    let seen = session.run_async(WATCH, &json!([time.as_millis() as u64]))?;
    let after = Clocks::read(session)?;
    let number = |name: &str| seen[name].as_f64().unwrap_or_default();
    let tasks = seen["long_tasks_ms"].as_array().into_iter().flatten();
    Ok(Smoothness {
        frames_per_s: number("frames_per_s"),
        gap_ms_max: number("gap_ms_max"),
        core_share: (after.thread_s - before.thread_s) / (after.now_s - before.now_s),
        long_tasks_ms: tasks.filter_map(Value::as_f64).collect(),
    })
}

/// Clocks that the browser keeps of a page.
struct Clocks {
    now_s: f64,
    /// What the main thread has computed.
    thread_s: f64,
}

impl Clocks {
    fn read(session: &Session) -> Outcome<Self> {
        let read = session.devtools("Performance.getMetrics", json!({}))?;
        let clock = |name: &str| {
            let mut metrics = read["metrics"].as_array().into_iter().flatten();
            let metric = metrics.find(|metric| metric["name"] == name);
            metric
                .and_then(|metric| metric["value"].as_f64())
                .ok_or_else(|| Failure::new(format!("the browser has no {name}")))
        };
        Ok(Self {
            now_s: clock("Timestamp")?,
            thread_s: clock("ThreadTime")?,
        })
    }
}
