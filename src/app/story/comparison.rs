//! The table of before and after.

use yew::prelude::*;

use super::StoryProps;
use super::row::{Tone, rows};
use crate::format;
use crate::lab::{Finding, Progress};

/// When so many fewer fail, latencies before and after are not of the same requests.
const SILENCED_SHARE: f64 = 0.3;

/// What a step changed, on the same requests; how far they have come, while they run.
pub fn comparison(props: &StoryProps) -> Html {
    let load = format!("At {}", format::load(props.load));
    let (before, after) = match &props.comparison {
        Some(Finding::Comparison { before, after }) => (before, after),
        Some(Finding::Unanswerable(reason)) => return html! { <p>{ reason }</p> },
        _ => {
            let percent = props.comparison_progress.map_or(0, Progress::percent);
            return html! {
                <>
                    <h2 class="eyebrow as-said">{ load }</h2>
                    <p class="measuring" data-testid="comparing" data-value={percent.to_string()}>{ comparing(percent) }</p>
                </>
            };
        }
    };
    let rows = rows(before, after);
    let same: Vec<String> = rows
        .iter()
        .filter(|row| row.tone == Tone::Same)
        .map(|row| format!("{} {}", row.name, row.after))
        .collect();
    html! {
        <table class="delta" data-testid="comparison">
            <caption class="visually-hidden">{ "What this step changed, on the same requests" }</caption>
            <thead class="eyebrow"><tr><th>{ load }</th><th>{ "before" }</th><th>{ "after" }</th></tr></thead>
            <tbody>
                { for rows.iter().filter(|row| row.tone != Tone::Same).map(|row| html! {
                    <tr>
                        <th scope="row">{ row.name }</th><td>{ &row.before }</td>
                        <td class={row.tone.css()}>{ &row.after }</td>
                    </tr>
                }) }
            </tbody>
            <tfoot>
                if !same.is_empty() {
                    <tr><td colspan="3">{ format!("Much the same: {}.", same.join(", ")) }</td></tr>
                }
                if props.is_resized_by_hand {
                    <tr><td colspan="3" data-testid="with-your-servers">{ "After with the servers that you added or removed, from the start: how they come and go is seen live." }</td></tr>
                }
                if props.is_built_on {
                    <tr><td colspan="3" data-testid="without-what-is-built">{ "Both without what you built since: that is seen live." }</td></tr>
                }
                if props.leaves_out_faults {
                    <tr><td colspan="3" data-testid="without-your-faults">{ "Both without the faults that are not the step's own: they are seen live." }</td></tr>
                }
                if before.failed_share - after.failed_share > SILENCED_SHARE {
                    <tr><td colspan="3">{ format!("p99 is of answers: {} got none before.", format::share(before.failed_share)) }</td></tr>
                }
            </tfoot>
        </table>
    }
}

/// That both designs are running, and how far they have come.
fn comparing(percent: u8) -> String {
    let running = "Running both designs on the same requests";
    match percent {
        0 => running.into(),
        _ => format!("{running}, {percent}\u{a0}% done"),
    }
}
