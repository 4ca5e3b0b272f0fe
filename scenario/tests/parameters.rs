//! The tables of parameters say all that a document's parts can be set to, and each row does what it says.

use std::collections::BTreeSet;
use std::fmt::Debug;

use headroom_scenario::parameter::{Input, Parameter, Parameters, Range, Row, Value};
use headroom_scenario::step::LADDER;
use headroom_scenario::{
    Algorithm, Autoscaling, Cache, Class, Curve, Database, Distribution, Dns, Kind, Link,
    LoadBalancer, LoopModel, Objectives, Region, Scenario, Service, SessionStore, Traffic,
    WriteMode, schema,
};
use serde_json::{Value as Json, json};

/// The keys of a table, but of its modes, which stand in no document.
fn keys(table: impl Iterator<Item = &'static Parameter>) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for parameter in table.filter(|parameter| !matches!(parameter.input, Input::Mode(_))) {
        assert!(keys.insert(parameter.key.to_owned()), "{parameter:?}");
    }
    keys
}

/// All that can be set in a type of the schema: numbers, switches and choices, and parts that may be left out.
fn set_in(schema: &Json, rule: &Json, path: &str, found: &mut BTreeSet<String>) {
    if let Some(reference) = rule["$ref"].as_str() {
        let target = schema.pointer(&reference[1..]).expect("it leads somewhere");
        return set_in(schema, target, path, found);
    }
    // A part, or none.
    if let Some(variants) = rule["anyOf"].as_array() {
        found.insert(path.to_owned());
        return set_in(schema, &variants[0], path, found);
    }
    let variants = rule["oneOf"].as_array();
    let fields = rule["properties"].as_object();
    if variants.is_none() && fields.is_none() {
        found.insert(path.to_owned());
        return;
    }
    if variants.is_some() {
        found.insert(path.to_owned());
    }
    let of_variants = variants.into_iter().flatten();
    let of_variants = of_variants.filter_map(|variant| variant["properties"].as_object());
    for (name, field) in of_variants.chain(fields).flatten() {
        let dot = if path.is_empty() { "" } else { "." };
        set_in(schema, field, &format!("{path}{dot}{name}"), found);
    }
}

/// A table has a row for each field of its type, but for these, and no other.
fn says_all<T: Parameters>(name: &str, but: &[&str]) {
    let schema = schema();
    let mut fields = BTreeSet::new();
    set_in(&schema, &schema["$defs"][name], "", &mut fields);
    for other in but {
        assert!(fields.remove(*other), "{name} has no {other}");
    }
    let table = T::FIELDS.iter().map(|field| &field.parameter);
    assert_eq!(fields, keys(table), "{name}");
}

#[test]
fn every_field_of_a_part_has_a_row_and_every_row_a_field() {
    says_all::<Traffic>("Traffic", &["classes", "regions"]);
    says_all::<Class>("Class", &["id"]);
    says_all::<Region>("Region", &["id"]);
    says_all::<Objectives>("Objectives", &[]);
    says_all::<Link>("Link", &["from", "to"]);
}

#[test]
fn every_field_of_a_kind_has_a_row_and_every_row_a_field() {
    let schema = schema();
    let kinds = schema["$defs"]["Kind"]["oneOf"].as_array();
    let kinds = kinds.into_iter().flatten();
    let kinds = kinds.filter_map(|kind| kind["properties"].as_object());
    let mut count = 0;
    for (name, rule) in kinds.flatten() {
        let mut fields = BTreeSet::new();
        set_in(&schema, rule, "", &mut fields);
        // A type without fields looks like one that can be set.
        fields.remove("");
        let kind = json!({ name: {} });
        let kind: Kind = serde_json::from_value(kind).expect("each field has a default");
        let rows = kind.parameters().into_iter();
        assert_eq!(fields, keys(rows.map(|row| row.parameter)), "{name}");
        count += 1;
    }
    assert_eq!(count, 6);
}

/// A scenario that has this part in it.
trait Part: Parameters + Clone + PartialEq + Debug {
    fn put(self, scenario: &mut Scenario);
}

macro_rules! part_of_kind {
    ($($kind:ident),*) => {$(
        impl Part for $kind {
            fn put(self, scenario: &mut Scenario) {
                let mut kinds = scenario.design.components.iter_mut().map(|part| &mut part.kind);
                let kind = kinds.find(|kind| matches!(kind, Kind::$kind(_))).expect("there is one");
                *kind = Kind::$kind(self);
            }
        }
    )*};
}
part_of_kind!(Dns, LoadBalancer, Service, Cache, Database);

impl Part for Traffic {
    fn put(self, scenario: &mut Scenario) {
        scenario.traffic = self;
    }
}

impl Part for Class {
    fn put(self, scenario: &mut Scenario) {
        scenario.traffic.classes[0] = self;
    }
}

impl Part for Region {
    fn put(self, scenario: &mut Scenario) {
        scenario.traffic.regions[0] = self;
    }
}

impl Part for Objectives {
    fn put(self, scenario: &mut Scenario) {
        scenario.objectives = self;
    }
}

impl Part for Link {
    fn put(self, scenario: &mut Scenario) {
        let Link {
            latency_ms,
            timeout_ms,
            ..
        } = self;
        let mut links = scenario.design.links.iter_mut();
        let link = links
            .find(|link| link.from != "users")
            .expect("there is one");
        (link.latency_ms, link.timeout_ms) = (latency_ms, timeout_ms);
    }
}

fn with<T: Part>(of: &T, row: &Row, value: &Value) -> T {
    let mut changed = of.clone();
    changed.set(row.place, value);
    changed
}

/// Which end of its range validation finds a number past, if any.
fn past_its_range<T: Part>(part: T, key: &str) -> Option<&'static str> {
    let mut scenario = LADDER[LADDER.len() - 1].scenario();
    part.put(&mut scenario);
    let problems = scenario.validate().err().unwrap_or_default();
    ["too small", "too large"].into_iter().find(|words| {
        let mut problems = problems.iter();
        problems.any(|problem| problem.path.contains(key) && problem.message.contains(words))
    })
}

/// Validation takes both ends of the range of a row, and nothing beyond them.
fn holds_its_range<T: Part>(of: &T, row: &Row) {
    let (range, of_one): (Range, fn(f64) -> Value) = match row.parameter.input {
        Input::Number(range) => (range, Value::Number),
        Input::Numbers(range) => (range, |number| Value::Numbers(vec![number])),
        Input::Choice(_) | Input::Mode(_) | Input::Switch => return,
    };
    let key = row.parameter.key;
    let set = |number| past_its_range(with(of, row, &of_one(number)), key);
    let step = |number: f64| {
        if range.is_whole {
            1.0
        } else {
            number.abs().max(1e-9) * 1e-9
        }
    };
    let (min, max) = (range.bounds.min, range.bounds.max);
    assert_eq!((set(min), set(max)), (None, None), "{key}");
    assert_eq!(set(max + step(max)), Some("too large"), "{key}");
    // A number that has no sign can't be less than none.
    if !(range.is_whole && min == 0.0) {
        assert_eq!(set(min - step(min)), Some("too small"), "{key}");
    }
}

/// Every row, set to its own value and to an end of its range, stays itself. Says which there were.
fn holds<T: Part>(of: &T) -> BTreeSet<&'static str> {
    let mut held = BTreeSet::new();
    let rows = of.rows().into_iter();
    for row in rows.filter(|row| row.value.is_some()) {
        let key = row.parameter.key;
        held.insert(key);
        holds_its_range(of, &row);
        let value = row.value.as_ref().expect("it has one");
        assert_eq!(with(of, &row, value), *of, "{key} does not keep its value");
        let others = match row.parameter.input {
            Input::Number(range) => vec![Value::Number(range.bounds.max)],
            Input::Numbers(range) => vec![Value::Numbers(vec![range.bounds.max])],
            Input::Choice(choices) | Input::Mode(choices) => {
                (0..choices.len()).map(Value::Choice).collect()
            }
            Input::Switch => [false, true].map(Value::Switch).into(),
        };
        for other in others {
            let changed = with(of, &row, &other);
            let now = changed.rows().into_iter().nth(row.place);
            let now = now.expect("a table keeps its rows").value;
            assert_eq!(now, Some(other), "{key} is not written");
        }
    }
    held
}

/// All rows of a table hold, each in one of these at least.
fn hold<T: Part>(parts: &[T]) {
    let held: BTreeSet<&str> = parts.iter().flat_map(holds).collect();
    let all: BTreeSet<&str> = T::FIELDS.iter().map(|field| field.parameter.key).collect();
    assert_eq!(held, all);
}

#[test]
fn every_row_reads_what_it_writes_and_is_bounded_on_both_sides() {
    hold(&[Dns::default()]);
    hold(&[LoadBalancer {
        algorithm: Algorithm::ConsistentHashBounded,
        ..LoadBalancer::default()
    }]);
    let laws = [
        Distribution::Erlang { k: 2 },
        Distribution::Hyperexponential { cs2: 2.0 },
    ];
    hold(&laws.map(|distribution| Service {
        distribution,
        sessions: SessionStore::Server,
        local_cache_entries: Some(1),
        autoscaling: Some(Autoscaling::default()),
        ..Service::default()
    }));
    hold(&laws.map(|distribution| Database {
        distribution,
        buffer_entries: Some(1),
        disk_gb: Some(1.0),
        ..Database::default()
    }));
    hold(&[Cache {
        entries_per_node: Some(10),
        write_mode: WriteMode::Back,
        ..Cache::default()
    }]);
    let curves = [
        Curve::Ramp {
            from: 1.0,
            to: 2.0,
            start_s: 1.0,
            end_s: 2.0,
        },
        Curve::Spike {
            factor: 2.0,
            start_s: 1.0,
            length_s: 2.0,
        },
        Curve::Diurnal {
            depth: 0.5,
            period_s: 9.0,
        },
        Curve::Stepped {
            factors: vec![1.0],
            every_s: 2.0,
        },
    ];
    hold(&curves.map(|curve| {
        let mut traffic = Traffic {
            curve,
            ..Traffic::default()
        };
        traffic.client.loop_model = LoopModel::Closed {
            users: 1,
            think_time_ms: 5.0,
        };
        traffic
    }));
    hold(&[Class::default()]);
    hold(&[Region::default()]);
    hold(&[Objectives::default()]);
    hold(&[Link::default()]);
}

#[test]
fn the_same_choice_again_leaves_what_hangs_on_it() {
    let before = Service {
        distribution: Distribution::Erlang { k: 9 },
        local_cache_entries: Some(77),
        ..Service::default()
    };
    let mut after = before.clone();
    for row in before.rows() {
        after.set(
            row.place,
            row.value.as_ref().unwrap_or(&Value::Switch(true)),
        );
    }
    assert_eq!(after, before);
}

#[test]
fn every_row_has_its_words() {
    fn has_words<T: Parameters>() {
        let mut titles = BTreeSet::new();
        for field in T::FIELDS {
            let parameter = &field.parameter;
            let key = parameter.key;
            assert!(parameter.title.starts_with(char::is_alphanumeric), "{key}");
            assert!(parameter.meaning.ends_with('.'), "{key}");
            // The name of a number ends with its unit.
            for (end, unit) in [("_ms", "ms"), ("_s", "s"), ("_gb", "GB"), ("_kb", "KB")] {
                assert!(!key.ends_with(end) || parameter.unit == unit, "{key}");
            }
            let choices = parameter.input.choices();
            let distinct: BTreeSet<&str> = choices.iter().copied().collect();
            assert_eq!(distinct.len(), choices.len(), "{key}");
            titles.insert(parameter.title);
        }
        // A ramp and a spike both start at some time.
        assert!(titles.len() + 1 >= T::FIELDS.len(), "{titles:?}");
    }
    has_words::<Dns>();
    has_words::<LoadBalancer>();
    has_words::<Service>();
    has_words::<Cache>();
    has_words::<Database>();
    has_words::<Traffic>();
    has_words::<Class>();
    has_words::<Region>();
    has_words::<Objectives>();
    has_words::<Link>();
}
