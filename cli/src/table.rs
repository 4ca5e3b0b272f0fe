//! Columns that line up: the first at the left, figures at the right.

/// Space between two columns.
const GAP: &str = "   ";

/// Where the cells of a column stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Figures.
    Right,
}

/// A table with a heading.
pub struct Table {
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub fn new<const N: usize>(heading: [(&str, Align); N]) -> Self {
        Self {
            aligns: heading.iter().map(|(_, align)| *align).collect(),
            rows: vec![heading.iter().map(|(name, _)| name.to_string()).collect()],
        }
    }

    /// One more row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// The lines, each with its line feed and without spaces at its end.
    pub fn lines(&self) -> String {
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
        };
        let widths: Vec<usize> = (0..self.aligns.len())
            .map(|column| width(column).unwrap_or(0))
            .collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells =
                row.iter().zip(&self.aligns).zip(&widths).map(
                    |((cell, align), &width)| match align {
                        Align::Left => format!("{cell:<width$}"),
                        Align::Right => format!("{cell:>width$}"),
                    },
                );
            let line = cells.collect::<Vec<_>>().join(GAP);
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_is_in_them() {
        let mut table = Table::new([
            ("name", Align::Left),
            ("count", Align::Right),
            ("note", Align::Left),
        ]);
        table.row(["a".into(), "7".into(), String::new()]);
        table.row(["longer".into(), "12,345".into(), "×".into()]);
        assert_eq!(
            table.lines(),
            "name      count   note\na             7\nlonger   12,345   ×\n"
        );
    }
}
