//! The published JSON Schema of the document, generated from its types, with the limits that
//! validation holds a document to. What one field asks of another stands in no schema: only
//! [`Scenario::validate`] knows it.
//!
//! A field that a document leaves out at its default has that default in the schema all the same: beside
//! each `skip_serializing_if` of the types stands that the schema takes no notice of it.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::limits::{self, Bounds};
use crate::parameter::{self, Input, Parameters, Range};
use crate::{
    Cache, Class, Database, Dns, Link, LoadBalancer, Objectives, Region, SCHEMA_VERSION, Scenario,
    Service, Traffic,
};

/// The JSON Schema, draft 2020-12.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12();
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<Scenario>()
        .to_value();
    schema["title"] = "Headroom scenario".into();
    schema["properties"]["version"] = json!({
        "description": "Schema version of the document.",
        "const": SCHEMA_VERSION,
    });
    parameters::<Dns>(&mut schema);
    parameters::<LoadBalancer>(&mut schema);
    parameters::<Service>(&mut schema);
    parameters::<Cache>(&mut schema);
    parameters::<Database>(&mut schema);
    parameters::<Traffic>(&mut schema);
    parameters::<Class>(&mut schema);
    parameters::<Region>(&mut schema);
    parameters::<Objectives>(&mut schema);
    parameters::<Link>(&mut schema);
    for (place, rule) in rules() {
        extend(&mut schema, place, rule);
    }
    for (place, field) in GIVEN {
        let parent = match place {
            "Scenario" => &mut schema,
            name => &mut schema["$defs"][name],
        };
        must_be_given(parent, field);
    }
    schema
}

/// Fields that no document runs without, though one is read that has them not: validation then says what is
/// wrong with it.
const GIVEN: [(&str, &str); 3] = [
    ("Scenario", "design"),
    ("Design", "components"),
    ("Design", "links"),
];

fn must_be_given(parent: &mut Value, field: &str) {
    if let Some(rule) = parent["properties"][field].as_object_mut() {
        rule.remove("default");
    }
    match &mut parent["required"] {
        Value::Array(required) => required.push(field.into()),
        none => *none = json!([field]),
    }
}

type Rule = Map<String, Value>;

fn extend(schema: &mut Value, place: &str, rule: Rule) {
    let target = pointer(schema, place).and_then(|pointer| schema.pointer_mut(&pointer));
    let target = target.and_then(Value::as_object_mut);
    let target = target.unwrap_or_else(|| panic!("the types have no field {place}"));
    target.extend(rule);
}

/// Where the field at `Type.field` or `Type.variant.field` stands, and what a list holds at
/// `Type.field.items`; the document itself is the type `Scenario`. A field of another type is followed there.
fn pointer(schema: &Value, place: &str) -> Option<String> {
    let mut names = place.split('.');
    let mut here = match names.next()? {
        "Scenario" => String::new(),
        name => format!("/$defs/{name}"),
    };
    for name in names {
        here = followed(schema, &here);
        let rule = schema.pointer(&here)?;
        let has_it = |rule: &Value| rule["properties"].get(name).is_some();
        here = match rule.get("oneOf").and_then(Value::as_array) {
            Some(variants) => {
                let variant = variants.iter().position(has_it)?;
                format!("{here}/oneOf/{variant}/properties/{name}")
            }
            None if name == "items" => format!("{here}/items"),
            None => format!("{here}/properties/{name}"),
        };
    }
    Some(here)
}

/// The type that a rule refers to, which may be left out of a document; itself where it refers to none.
fn followed(schema: &Value, pointer: &str) -> String {
    let rule = &schema.pointer(pointer).unwrap_or(&Value::Null);
    let reference = rule.get("$ref").or_else(|| rule["anyOf"][0].get("$ref"));
    match reference.and_then(Value::as_str) {
        Some(reference) => reference.trim_start_matches('#').to_owned(),
        None => pointer.to_owned(),
    }
}

/// The bounds of a table.
fn parameters<T>(schema: &mut Value)
where
    T: Parameters + JsonSchema + Default + Serialize,
{
    for (number, field) in T::FIELDS.iter().enumerate() {
        let parameter = &field.parameter;
        let place = format!("{}.{}", T::schema_name(), parameter.key);
        match parameter.input {
            Input::Number(range) => extend(schema, &place, of_range(range)),
            Input::Numbers(range) => {
                extend(schema, &place, items(0, range.count_max));
                extend(schema, &format!("{place}.items"), of_range(range));
            }
            Input::Choice(choices) => {
                let others = others::<T>(schema, &place, number, choices.len());
                if !others.is_empty() {
                    let rule = json!({ "enum": others });
                    extend(schema, &place, Map::from_iter([("not".into(), rule)]));
                }
            }
            // What a field is, its type says; a mode has none.
            Input::Mode(_) | Input::Switch => {}
        }
    }
}

/// Values that the type of a field has, but that are no choices in its table.
fn others<T>(schema: &Value, place: &str, number: usize, choices: usize) -> Vec<Value>
where
    T: Parameters + Default + Serialize,
{
    let pointer = pointer(schema, place).expect("the field is there");
    let default = &schema.pointer(&pointer).expect("the field is there")["default"];
    let key = T::FIELDS[number].parameter.key;
    let chosen = (0..choices).map(|choice| {
        let mut part = T::default();
        part.set(number, &parameter::Value::Choice(choice));
        let written = serde_json::to_value(part).expect("a part is JSON");
        let mut names = key.split('.');
        let written = names.try_fold(&written, |part, name| part.get(name));
        // A field that is left out is at its default.
        written.unwrap_or(default).clone()
    });
    let chosen: Vec<Value> = chosen.collect();
    let kind = &schema
        .pointer(&followed(schema, &pointer))
        .expect("its type is there");
    let variants = kind["oneOf"].as_array().into_iter().flatten();
    let values = variants.filter_map(|variant| variant.get("const"));
    values
        .filter(|value| !chosen.contains(value))
        .cloned()
        .collect()
}

fn of_range(
    Range {
        bounds, is_whole, ..
    }: Range,
) -> Rule {
    if is_whole {
        let Bounds { min, max } = bounds;
        between(Bounds {
            min: min as u64,
            max: max as u64,
        })
    } else {
        between(bounds)
    }
}

fn between<T: Into<Value>>(bounds: Bounds<T>) -> Rule {
    let Bounds { min, max } = bounds;
    Map::from_iter([
        ("minimum".into(), min.into()),
        ("maximum".into(), max.into()),
    ])
}

fn items(min: usize, max: usize) -> Rule {
    Map::from_iter([
        ("minItems".into(), min.into()),
        ("maxItems".into(), max.into()),
    ])
}

fn id() -> Rule {
    Map::from_iter([
        ("pattern".into(), "^[A-Za-z0-9._-]+$".into()),
        ("maxLength".into(), limits::ID_MAX.into()),
    ])
}

fn label() -> Rule {
    Map::from_iter([("maxLength".into(), limits::TEXT_MAX.into())])
}

/// What the types don't say by themselves.
fn rules() -> Vec<(&'static str, Rule)> {
    let mut rules = document();
    rules.extend(traffic());
    rules.extend(actions());
    rules
}

fn document() -> Vec<(&'static str, Rule)> {
    vec![
        (
            "Scenario.engine",
            Map::from_iter([("maxLength".into(), limits::ID_MAX.into())]),
        ),
        ("Scenario.name", label()),
        ("Scenario.step", id()),
        ("Scenario.seed", between(limits::INTEGER)),
        ("Scenario.script", items(0, limits::SCRIPT_MAX)),
        ("Design.sites", items(0, limits::SITES_MAX)),
        ("Design.components", items(2, limits::COMPONENTS_MAX)),
        ("Design.links", items(1, limits::LINKS_MAX)),
        ("Site.id", id()),
        ("Site.region", id()),
        ("Component.id", id()),
        ("Component.name", label()),
        ("Position.x", between(limits::POSITION)),
        ("Position.y", between(limits::POSITION)),
        ("View.at_ns", between(limits::INTEGER)),
        ("View.speed", between(limits::SPEED)),
    ]
}

fn traffic() -> Vec<(&'static str, Rule)> {
    vec![
        ("Traffic.regions", items(1, limits::REGIONS_MAX)),
        ("Traffic.classes", items(1, limits::CLASSES_MAX)),
        ("Curve.stepped.factors", items(1, limits::STRETCHES_MAX)),
        ("Region.id", id()),
        ("Class.id", id()),
    ]
}

fn actions() -> Vec<(&'static str, Rule)> {
    let instance = || {
        between(Bounds {
            min: 0,
            max: limits::INSTANCES_MAX - 1,
        })
    };
    vec![
        ("TimedAction.at_ns", between(limits::INTEGER)),
        ("Action.set_rate.rate_rps", between(limits::RATE_RPS)),
        ("Action.kill.instance", instance()),
        ("Action.hang.instance", instance()),
        ("Action.destroy.instance", instance()),
        ("Action.repair.instance", instance()),
        ("Action.slow.instance", instance()),
        ("Action.slow.factor", between(limits::SLOW_FACTOR)),
        ("Action.remove_instance.instance", instance()),
        ("Action.deploy.batch", between(limits::INSTANCES)),
        ("Action.deploy.pause_s", between(limits::TIME_S)),
        ("Action.deploy.drain_s", between(limits::TIME_S)),
        ("Action.edit.changes", items(1, limits::CHANGES_MAX)),
        ("Action.set_latency.latency_ms", between(limits::LATENCY_MS)),
        ("Action.set_timeout.timeout_ms", between(limits::WAIT_MS)),
        ("Impairment.delay.delay_ms", between(limits::LATENCY_MS)),
        ("Impairment.loss.share", between(limits::LOSS_SHARE)),
        ("Impairment.bandwidth.mbps", between(limits::BANDWIDTH_MBPS)),
    ]
}
