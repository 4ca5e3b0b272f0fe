//! What an event did, in one plain sentence.

use crate::calendar::{Event, EventKind};
use crate::story::happening::Happening;
use crate::story::trace::Activity;
use crate::story::tracer::{Change, Maker, Narration, Note};
use crate::world::World;

/// What an event did, from what was noted while it was handled.
pub fn happening(world: &World, event: &Event, narration: Narration) -> Happening {
    let told = narration.notes.last();
    let mut sentences = narration.sentences;
    let notes = narration.notes.iter();
    sentences.extend(notes.map(|note| sentence(world, note)));
    let activity = told.and_then(|note| match note.change {
        Change::Activity(activity) => Some(activity),
        Change::Completed(_) | Change::GivenUp(_) => None,
    });
    Happening {
        at_ns: event.at_ns,
        request: told.and_then(|note| match note.maker {
            Maker::User { request, .. } => Some(u64::from(request)),
            Maker::Probe | Maker::Flush => None,
        }),
        sentence: if sentences.is_empty() {
            without_request(world, event)
        } else {
            sentences.join(" ")
        },
        activity,
        component: told.map(|note| note.component),
        instance: told.map(|note| note.instance),
    }
}

fn sentence(world: &World, note: &Note) -> String {
    let who = match note.maker {
        Maker::User { request, class } => {
            let class = world.class_names.get(usize::from(class));
            let class = class.map_or("", String::as_str);
            format!("Request {} ({class})", grouped(request.into()))
        }
        Maker::Probe => "A health check".into(),
        Maker::Flush => "A write held back".into(),
    };
    let place = world.name(note.component, note.instance);
    match note.change {
        Change::Completed(latency_ns) => {
            format!("{who} is answered after {}.", duration(latency_ns))
        }
        Change::GivenUp(reason) => format!("{who} is given up: {}.", reason.words()),
        Change::Activity(activity) => match activity {
            Activity::Lookup => format!("{who} asks {place} for the address."),
            Activity::Travel => format!("{who} sets out for {place}."),
            Activity::Return => format!("{place} answers {}.", lower(&who)),
            Activity::Wait => {
                let ahead = waiting(world, note).saturating_sub(1);
                format!("{who} reaches {place} and waits, {}.", behind(ahead))
            }
            Activity::Work => format!("{who} gets a worker at {place}."),
            Activity::Hit => format!("{place} has what {who} asks for.", who = lower(&who)),
            Activity::Miss => format!(
                "{place} has not got what {who} asks for.",
                who = lower(&who)
            ),
            Activity::Lease => {
                format!("{who} waits at {place} for what another request is fetching.")
            }
            Activity::Stale => format!(
                "{place} has an older value of what {who} asks for.",
                who = lower(&who)
            ),
            Activity::Acknowledge => format!("{who} waits at {place} for replicas."),
            Activity::CatchUp => {
                format!("{who} waits until {place} has what its user has written.")
            }
            Activity::Join => format!("{who} makes calls at once from {place}."),
            Activity::Unheard => format!("{place} hangs: {} waits at its door.", lower(&who)),
            Activity::HeldUp => {
                format!("{who} is held up: the link to {place} is cut.")
            }
            Activity::Backoff => format!("{who} will be tried again after a pause."),
            Activity::Login => format!("{who} finds no session and logs in again."),
            Activity::Fail(reason) => format!("{who} fails at {place}: {}.", reason.words()),
        },
    }
}

fn without_request(world: &World, event: &Event) -> String {
    let what = event.what;
    let name = |component: u8| world.name(component, what.instance);
    match what.kind {
        EventKind::Arrival => "Time passes: nobody comes.".into(),
        EventKind::Timer => {
            let owner = world.title(what.place);
            format!("{owner} looks after something that is settled already.")
        }
        EventKind::Booted => format!("{} has booted.", name(what.place)),
        EventKind::TakenOver => {
            format!(
                "The standby of {} takes over, if it is still needed.",
                world.title(what.place)
            )
        }
        EventKind::Deploy => {
            format!(
                "The deploy of {} looks how far it has come.",
                world.title(what.place)
            )
        }
        EventKind::Scale => {
            format!(
                "The autoscaler of {} looks how busy it is.",
                world.title(what.place)
            )
        }
        EventKind::Leave => format!("{} finishes what it has.", name(what.place)),
        EventKind::SetOut => "A message sets out over a faulty link.".into(),
        EventKind::Passed => "A message has had its turn on a narrow link.".into(),
        EventKind::Crossed => "A message arrives from another site.".into(),
        EventKind::Back => "An answer comes that nobody waits for any more.".into(),
        EventKind::WorkDone => "A worker ends work that died with its server.".into(),
        EventKind::Forward
        | EventKind::Thought
        | EventKind::Resolved
        | EventKind::BackoffDone
        | EventKind::Deadline
        | EventKind::CallDeadline => "Nobody waits for this any more.".into(),
    }
}

fn waiting(world: &World, note: &Note) -> u32 {
    let meter = &world.meters[usize::from(note.component)];
    meter.instances[usize::from(note.instance)].waiting.value()
}

fn behind(ahead: u32) -> String {
    match ahead {
        0 => "first in line".into(),
        1 => "behind one other".into(),
        _ => format!("behind {} others", grouped(ahead.into())),
    }
}

/// The text as it goes on within a sentence.
fn lower(text: &str) -> String {
    let (first, rest) = text.split_at(1);
    first.to_lowercase() + rest
}

/// A time in three digits: `43.1 ms`.
fn duration(ns: u64) -> String {
    let ms = ns as f64 / 1e6;
    match ms {
        ms if ms < 1.0 => format!("{:.0} µs", ms * 1e3),
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms if ms < 100.0 => format!("{ms:.1} ms"),
        ms if ms < 1_000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.2} s", ms / 1e3),
    }
}

/// A number in whole, its thousands set apart: `12,345`.
fn whole(value: f64) -> String {
    grouped((value + 0.5) as u64)
}

/// A share in whole percents: `84 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", whole(share * 100.0))
}

fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(whole(999.6), "1,000");
        assert_eq!(percent(0.836), "84 %");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(duration(43_100_000), "43.1 ms");
        assert_eq!(duration(900), "1 µs");
        assert_eq!(duration(3_000_000_000), "3.00 s");
    }
}
