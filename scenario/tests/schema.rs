//! The published schema and the code agree on what a document is.

mod common;

use headroom_scenario::{Scenario, schema, step};
use proptest::prelude::*;
use serde_json::{Value, json};

fn value_of(scenario: &Scenario) -> Value {
    serde_json::from_str(&scenario.to_json()).expect("it is JSON")
}

#[test]
fn the_schema_is_a_schema() {
    jsonschema::draft202012::meta::validate(&schema()).expect("it keeps its own rules");
}

#[test]
fn every_step_keeps_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).expect("it is a schema");
    for step in step::LADDER {
        let document = value_of(&step.scenario());
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", step.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_valid_scenario_keeps_the_schema(scenario in common::scenario()) {
        let validator = jsonschema::draft202012::new(&schema()).expect("it is a schema");
        let document = value_of(&scenario);
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| error.to_string()).collect();
        prop_assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn the_schema_refuses_what_reading_refuses() {
    let validator = jsonschema::draft202012::new(&schema()).expect("it is a schema");
    for (pointer, wrong) in [
        ("/version", json!(2)),
        ("/seed", json!(-1)),
        ("/traffic/rate_rps", json!("fast")),
        ("/design/components/2/kind", json!({"toaster": {}})),
        ("/design/components/2/kind/service/workers", json!(0)),
        ("/design/components/2/kind/service/size", json!("huge")),
        (
            "/design/links/0",
            json!({"from": "users", "to": "web", "colour": "red"}),
        ),
    ] {
        let mut document = value_of(&step::LADDER[0].scenario());
        *document.pointer_mut(pointer).expect("it is there") = wrong;
        assert!(!validator.is_valid(&document), "{pointer}");
        let read = Scenario::from_json(&document.to_string()).and_then(Scenario::validate);
        assert!(read.is_err(), "{pointer}");
    }
}

#[test]
fn every_type_and_field_is_described() {
    fn undescribed(rule: &Value, path: &str, found: &mut Vec<String>) {
        if let Some(fields) = rule.get("properties").and_then(Value::as_object) {
            for (name, field) in fields {
                // The field of a variant is described by the variant.
                let is_variant = fields.len() == 1 && rule.get("description").is_some();
                if field.get("description").is_none() && !is_variant {
                    found.push(format!("{path}.{name}"));
                }
                undescribed(field, &format!("{path}.{name}"), found);
            }
        }
        for variant in rule
            .get("oneOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            undescribed(variant, path, found);
        }
    }
    let schema = schema();
    let mut found = Vec::new();
    undescribed(&schema, "", &mut found);
    for (name, rule) in schema["$defs"].as_object().expect("the types are named") {
        undescribed(rule, name, &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
}
