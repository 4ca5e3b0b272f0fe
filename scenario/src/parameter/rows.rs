//! How a row of a table is written.

/// Any row: key, title, unit, input, meaning, how to read and how to write it.
macro_rules! field {
    ($key:expr, $title:literal, $unit:literal, $input:expr, $meaning:literal, $get:expr, $set:expr) => {
        $crate::parameter::Field::<Self> {
            parameter: $crate::parameter::Parameter {
                key: $key,
                title: $title,
                unit: $unit,
                meaning: $meaning,
                input: $input,
                is_at_start: false,
                said: None,
                unset: None,
            },
            applies: |_| true,
            get: $get,
            set: $set,
        }
    };
}

/// What is given, else what stands behind it.
macro_rules! first {
    ($first:expr $(, $rest:expr)?) => {
        $first
    };
}

/// A range by the name of its bounds in `limits`, and how many numbers there may be.
macro_rules! range {
    ($bounds:ident $(, $count_max:expr)?) => {
        $crate::parameter::Range {
            bounds: $crate::limits::Bounds {
                min: $crate::limits::$bounds.min as f64,
                max: $crate::limits::$bounds.max as f64,
            },
            is_whole: $crate::parameter::is_whole(&$crate::limits::$bounds),
            count_max: first!($($count_max,)? 1),
        }
    };
}

/// A number in a field: `number!(retries.max, "Retries", "", RETRIES, "...")`.
macro_rules! number {
    ($first:ident $(.$rest:ident)*, $title:literal, $unit:literal, $bounds:ident, $meaning:literal) => {
        field!(concat!(stringify!($first) $(, ".", stringify!($rest))*), $title, $unit,
            $crate::parameter::Input::Number(range!($bounds)), $meaning,
            |of| Some($crate::parameter::number(&$crate::limits::$bounds, of.$first$(.$rest)*)),
            |of, value| if let $crate::parameter::Value::Number(number) = value {
                of.$first$(.$rest)* = *number as _;
            })
    };
}

/// A number in a field of its own type that may be left out, and then has another rule.
macro_rules! settable {
    ($key:ident, $title:literal, $unit:literal, $bounds:ident, $meaning:literal) => {
        field!(
            stringify!($key),
            $title,
            $unit,
            $crate::parameter::Input::Number(range!($bounds)),
            $meaning,
            |of| of
                .$key
                .map(|set| $crate::parameter::number(&$crate::limits::$bounds, set)),
            |of, value| if let $crate::parameter::Value::Number(number) = value {
                of.$key = Some(*number as _);
            }
        )
    };
}

/// A number of a part that may be left out: `part_number!(health_check.rise, ...)`.
macro_rules! part_number {
    ($part:ident.$key:ident, $title:literal, $unit:literal, $bounds:ident, $meaning:literal) => {
        field!(
            concat!(stringify!($part), ".", stringify!($key)),
            $title,
            $unit,
            $crate::parameter::Input::Number(range!($bounds)),
            $meaning,
            |of| {
                let part = of.$part.as_ref();
                part.map(|part| $crate::parameter::number(&$crate::limits::$bounds, part.$key))
            },
            |of, value| if let ($crate::parameter::Value::Number(number), Some(part)) =
                (value, &mut of.$part)
            {
                part.$key = *number as _;
            }
        )
    };
}

/// A number of one variant of a field: `variant_number!("curve.ramp.from", curve, Curve::Ramp.from, ...)`.
macro_rules! variant_number {
    ($key:literal, $($field:ident).+, $of:ident::$variant:ident.$name:ident, $title:literal, $unit:literal, $bounds:ident, $meaning:literal) => {
        field!($key, $title, $unit, $crate::parameter::Input::Number(range!($bounds)), $meaning,
            |of| if let $of::$variant { $name, .. } = &of.$($field).+ {
                Some($crate::parameter::number(&$crate::limits::$bounds, *$name))
            } else {
                None
            },
            |of, value| if let ($crate::parameter::Value::Number(number), $of::$variant { $name, .. }) = (value, &mut of.$($field).+) {
                *$name = *number as _;
            })
    };
}

/// On or off.
macro_rules! switch {
    ($key:ident, $title:literal, $meaning:literal) => {
        field!(
            stringify!($key),
            $title,
            "",
            $crate::parameter::Input::Switch,
            $meaning,
            |of| Some($crate::parameter::Value::Switch(of.$key)),
            |of, value| if let $crate::parameter::Value::Switch(on) = value {
                of.$key = *on;
            }
        )
    };
}

/// A part that is there or is not, and comes as its default.
macro_rules! part {
    ($key:ident, $title:literal, $meaning:literal) => {
        field!(
            stringify!($key),
            $title,
            "",
            $crate::parameter::Input::Switch,
            $meaning,
            |of| Some($crate::parameter::Value::Switch(of.$key.is_some())),
            |of, value| if let $crate::parameter::Value::Switch(on) = value {
                of.$key = on.then(Default::default);
            }
        )
    };
}

/// One of all variants of an enum that has no parameters.
macro_rules! choice {
    ($key:ident $(.$inner:ident)?, $title:literal, $meaning:literal, [$($variant:path => $words:literal),+ $(,)?]) => {
        field!(concat!(stringify!($key) $(, ".", stringify!($inner))?), $title, "", $crate::parameter::Input::Choice(&[$($words),+]), $meaning,
            |of| {
                // The compiler names a variant that is missing.
                match of.$key$(.$inner)? {
                    $($variant)|+ => {}
                }
                [$($variant),+].iter().position(|choice| *choice == of.$key$(.$inner)?).map($crate::parameter::Value::Choice)
            },
            |of, value| if let $crate::parameter::Value::Choice(place) = value
                && let Some(choice) = [$($variant),+].get(*place)
            {
                of.$key$(.$inner)? = *choice;
            })
    };
}

/// The machine: one of some sizes, in these words.
macro_rules! size {
    ($sizes:expr, $words:expr, $meaning:literal) => {
        field!(
            "size",
            "Machine",
            "",
            $crate::parameter::Input::Choice($words),
            $meaning,
            |of| {
                let place = $sizes.iter().position(|size| *size == of.size);
                place.map($crate::parameter::Value::Choice)
            },
            |of, value| if let $crate::parameter::Value::Choice(place) = value
                && let Some(size) = $sizes.get(*place)
            {
                of.size = *size;
            }
        )
    };
}

/// The law of a random time; what it takes stands in the two rows behind it.
macro_rules! law {
    ($meaning:literal) => {
        field!(
            "distribution",
            "Distribution",
            "",
            $crate::parameter::Input::Choice(&[
                "constant",
                "exponential",
                "Erlang",
                "hyperexponential"
            ]),
            $meaning,
            |of| Some($crate::parameter::Value::Choice(match of.distribution {
                Distribution::Constant => 0,
                Distribution::Exponential => 1,
                Distribution::Erlang { .. } => 2,
                Distribution::Hyperexponential { .. } => 3,
            })),
            |of, value| if let $crate::parameter::Value::Choice(place) = value {
                of.distribution = match place {
                    0 => Distribution::Constant,
                    2 => Distribution::Erlang { k: 4 },
                    3 => Distribution::Hyperexponential { cs2: 4.0 },
                    _ => Distribution::Exponential,
                };
            }
        )
    };
}

macro_rules! erlang_stages {
    () => {
        variant_number!(
            "distribution.erlang.k",
            distribution,
            Distribution::Erlang.k,
            "Erlang stages",
            "",
            ERLANG_K,
            "Sum of so many exponentials: the more, the steadier."
        )
        .said("Erlang stages", "")
    };
}

macro_rules! squared_variation {
    () => {
        variant_number!(
            "distribution.hyperexponential.cs2",
            distribution,
            Distribution::Hyperexponential.cs2,
            "Squared variation",
            "",
            HYPEREXPONENTIAL_CS2,
            "Squared coefficient of variation: 1 is exponential, more is wilder."
        )
    };
}
