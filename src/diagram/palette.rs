//! How the classes of requests look: each has a colour and a shape of its own, so that colour is
//! never the only sign.

use headroom_scenario::{Class, ClassKind};

/// How many looks there are: as many as a mix may have classes.
pub const LOOKS: usize = headroom_scenario::CLASSES_MAX;

/// The look of a class. Its number is what the shader and the style sheet know it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look(pub u8);

impl Look {
    /// The look that a kind takes when it is free.
    const fn of_kind(kind: ClassKind) -> Look {
        match kind {
            ClassKind::Read => Look(0),
            ClassKind::Write => Look(1),
            ClassKind::Static => Look(2),
            ClassKind::Task => Look(3),
            ClassKind::Search => Look(4),
        }
    }

    /// The custom property that holds its colour.
    pub const fn variable(self) -> &'static str {
        match self.0 {
            0 => "--read",
            1 => "--write",
            2 => "--static",
            3 => "--task",
            4 => "--search",
            5 => "--class-6",
            6 => "--class-7",
            _ => "--class-8",
        }
    }

    /// The class that gives an SVG shape its colour.
    pub const fn css(self) -> &'static str {
        match self.0 {
            0 => "look-read",
            1 => "look-write",
            2 => "look-static",
            3 => "look-task",
            4 => "look-search",
            5 => "look-6",
            6 => "look-7",
            _ => "look-8",
        }
    }

    /// Its shape around the origin as the `d` of an SVG path, about `radius` in size: circle,
    /// triangle, square, diamond, hexagon, triangle on its head, upright bar, lying bar.
    pub fn path(self, radius: f64) -> String {
        let corners = |points: &[(f64, f64)]| {
            let mut path = String::new();
            for (number, (x, y)) in points.iter().enumerate() {
                let letter = if number == 0 { 'M' } else { 'L' };
                path.push_str(&format!("{letter}{:.2} {:.2}", x * radius, y * radius));
            }
            path + "Z"
        };
        match self.0 {
            0 => format!(
                "M{0:.2} 0A{1:.2} {1:.2} 0 1 1 {2:.2} 0A{1:.2} {1:.2} 0 1 1 {0:.2} 0Z",
                -radius, radius, radius
            ),
            1 => corners(&[(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)]),
            2 => corners(&[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)]),
            3 => corners(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
            4 => corners(&[
                (-1.1, 0.0),
                (-0.55, -0.95),
                (0.55, -0.95),
                (1.1, 0.0),
                (0.55, 0.95),
                (-0.55, 0.95),
            ]),
            5 => corners(&[(0.0, 1.15), (1.1, -0.85), (-1.1, -0.85)]),
            6 => corners(&[(-0.5, -1.2), (0.5, -1.2), (0.5, 1.2), (-0.5, 1.2)]),
            _ => corners(&[(-1.2, -0.5), (1.2, -0.5), (1.2, 0.5), (-1.2, 0.5)]),
        }
    }
}

/// The looks of a mix, by class number: each class takes its kind's own look if that is still free,
/// else the next one that is.
pub fn looks(classes: &[Class]) -> Vec<Look> {
    let mut taken = [false; LOOKS];
    let mut looks = vec![None; classes.len()];
    for (look, class) in looks.iter_mut().zip(classes) {
        let own = Look::of_kind(class.kind);
        if !taken[own.0 as usize] {
            taken[own.0 as usize] = true;
            *look = Some(own);
        }
    }
    looks
        .into_iter()
        .map(|look| {
            look.unwrap_or_else(|| {
                let free = (0..LOOKS).rev().find(|number| !taken[*number]).unwrap_or(0);
                taken[free] = true;
                Look(free as u8)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_of_a_mix_looks_different() {
        let mut classes = vec![Class::default(); LOOKS];
        classes[3].kind = ClassKind::Write;
        let looks = looks(&classes);
        assert_eq!(looks[0], Look(0), "the first read has the look of reads");
        assert_eq!(looks[3], Look(1));
        let mut numbers: Vec<u8> = looks.iter().map(|look| look.0).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..LOOKS as u8).collect::<Vec<_>>());
    }

    #[test]
    fn every_look_has_a_colour_and_a_shape_of_its_own() {
        let all: Vec<Look> = (0..LOOKS as u8).map(Look).collect();
        for (number, look) in all.iter().enumerate() {
            for other in &all[..number] {
                assert_ne!(look.variable(), other.variable());
                assert_ne!(look.css(), other.css());
                assert_ne!(look.path(4.0), other.path(4.0));
            }
        }
    }
}
