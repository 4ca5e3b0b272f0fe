//! A line without words: how something went lately, as large as a word.

use yew::prelude::*;

use super::scale::{Scale, axis};

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 24.0;

/// A line without words.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Figures at even steps, the latest last.
    pub figures: Vec<f64>,
    /// What it shows, for those who do not see it.
    pub label: AttrValue,
}

/// Draws the line with a filled ground; its top is the largest figure.
#[component]
pub fn Sparkline(props: &Props) -> Html {
    let (line, area) = paths(&props.figures);
    html! {
        <svg class="sparkline" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} role="img"
            aria-label={props.label.clone()}>
            <path class="area" d={area} />
            <path class="line" d={line} />
        </svg>
    }
}

fn paths(figures: &[f64]) -> (String, String) {
    let largest = figures
        .iter()
        .copied()
        .filter(|f| f.is_finite())
        .fold(0.0, f64::max);
    let up = Scale::linear((0.0, axis(largest, 4).0), (HEIGHT - 1.0, 2.0));
    let along = Scale::linear(
        (0.0, figures.len().saturating_sub(1).max(1) as f64),
        (0.0, WIDTH),
    );
    let mut line = String::new();
    for (number, figure) in figures.iter().enumerate() {
        let letter = if number == 0 { 'M' } else { 'L' };
        let (x, y) = (along.place(number as f64), up.place(*figure));
        line += &format!("{letter}{x:.1} {y:.1}");
    }
    let area = if figures.len() > 1 {
        format!("{line}V{HEIGHT}H0Z")
    } else {
        String::new()
    };
    (line, area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_runs_from_edge_to_edge() {
        let (line, area) = paths(&[0.0, 5.0, 10.0]);
        assert!(
            line.starts_with("M0.0 23.0") && line.ends_with("L96.0 2.0"),
            "{line}"
        );
        assert!(area.ends_with('Z'));
        assert_eq!(paths(&[]).1, "");
    }
}
