//! The published schema and the code agree on what a document is.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use headroom_scenario::{Panel, Scenario, schema, step};
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
fn every_step_and_every_golden_document_keeps_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).expect("it is a schema");
    let steps = step::LADDER.iter().map(|step| step.scenario());
    for scenario in steps.chain(golden_documents()) {
        let document = value_of(&scenario);
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", scenario.name);
    }
}

/// Names of a type's fields and choices: `Type.field`, `Type.variant.field`, `Type=choice`.
fn names_of(place: &str, rule: &Value, names: &mut BTreeSet<String>) {
    for variant in rule["oneOf"].as_array().into_iter().flatten() {
        names_of(place, variant, names);
    }
    let choices = rule["enum"].as_array().into_iter().flatten();
    for choice in choices.chain(rule.get("const")).filter_map(Value::as_str) {
        names.insert(format!("{place}={choice}"));
    }
    for (name, field) in rule["properties"].as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        names_of(&place, field, names);
        names.insert(place);
    }
}

/// Takes out of `names` those that stand in the document.
fn cross_off(
    schema: &Value,
    place: &str,
    rule: &Value,
    value: &Value,
    names: &mut BTreeSet<String>,
) {
    if let Some(reference) = rule["$ref"].as_str() {
        let (_, name) = reference.rsplit_once('/').expect("it refers to a type");
        return cross_off(schema, name, &schema["$defs"][name], value, names);
    }
    for key in ["oneOf", "anyOf"] {
        for variant in rule[key].as_array().into_iter().flatten() {
            cross_off(schema, place, variant, value, names);
        }
    }
    if let Some(choice) = value.as_str() {
        names.remove(&format!("{place}={choice}"));
    }
    for item in value.as_array().into_iter().flatten() {
        cross_off(schema, place, &rule["items"], item, names);
    }
    for (name, field) in rule["properties"].as_object().into_iter().flatten() {
        if let Some(inside) = value.get(name) {
            let place = format!("{place}.{name}");
            cross_off(schema, &place, field, inside, names);
            names.remove(&place);
        }
    }
}

/// The documents of all golden links.
fn golden_documents() -> Vec<Scenario> {
    let files = fs::read_dir(common::golden_folder()).expect("the folder is there");
    let paths = files.map(|file| file.expect("it can be listed").path());
    paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let json = fs::read_to_string(&path).expect("it can be read");
            Scenario::from_json(&json).expect("golden documents are whole")
        })
        .collect()
}

#[test]
fn the_golden_documents_say_everything_that_a_document_can_say() {
    let schema = schema();
    let mut names = BTreeSet::new();
    names_of("Scenario", &schema, &mut names);
    for (name, rule) in schema["$defs"].as_object().expect("the types are named") {
        names_of(name, rule, &mut names);
    }
    assert!(names.len() > 150, "only {} names were found", names.len());
    let mut documents = golden_documents();
    // A document has one panel open.
    for panel in Panel::ALL {
        let mut document = common::everything();
        document.view.panel = Some(panel);
        documents.push(document);
    }
    for document in documents {
        cross_off(
            &schema,
            "Scenario",
            &schema,
            &value_of(&document),
            &mut names,
        );
    }
    // A document leaves it out, as those from before there was a choice do.
    assert!(names.remove("HashFunction=splitmix64"));
    assert_eq!(names, BTreeSet::new(), "stand in no golden document");
}

#[test]
fn the_published_schema_is_the_one_of_this_version() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenario.schema.json");
    let expected = serde_json::to_string_pretty(&schema()).expect("it is JSON") + "\n";
    if std::env::var_os("HEADROOM_WRITE_GOLDEN").is_some() {
        fs::write(&path, &expected).expect("the folder is there");
    }
    let published = fs::read_to_string(&path).expect("it is published");
    assert!(
        published == expected,
        "docs/scenario.schema.json is out of date: CONTRIBUTING.md says how it is written"
    );
}

/// Each rule of the schema that has fields, with the name of its type.
fn rules_with_fields<'a>(place: &str, rule: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    if rule["properties"].is_object() {
        found.push((place.to_owned(), rule));
    }
    for (name, field) in rule["properties"].as_object().into_iter().flatten() {
        rules_with_fields(&format!("{place}.{name}"), field, found);
    }
    for variant in rule["oneOf"].as_array().into_iter().flatten() {
        rules_with_fields(place, variant, found);
    }
}

#[test]
fn every_field_that_may_be_left_out_says_what_that_means() {
    let schema = schema();
    let mut rules = Vec::new();
    rules_with_fields("Scenario", &schema, &mut rules);
    for (name, rule) in schema["$defs"].as_object().expect("the types are named") {
        rules_with_fields(name, rule, &mut rules);
    }
    let mut optional = 0;
    let mut unsaid = Vec::new();
    for (place, rule) in rules {
        let required = rule["required"].as_array().into_iter().flatten();
        let required: BTreeSet<&str> = required.filter_map(Value::as_str).collect();
        let fields = rule["properties"].as_object().into_iter().flatten();
        for (name, field) in fields.filter(|(name, _)| !required.contains(name.as_str())) {
            optional += 1;
            let words = field["description"].as_str().unwrap_or_default();
            // Nothing is no value: the words say what it stands for.
            let has_value = field.get("default").is_some_and(|value| !value.is_null());
            if !has_value && !words.to_lowercase().contains("left out,") {
                unsaid.push(format!("{place}.{name}"));
            }
        }
    }
    assert!(optional > 100, "only {optional} fields may be left out");
    assert_eq!(unsaid, Vec::<String>::new());
}

#[test]
fn what_a_balancer_and_the_users_try_again_is_said_of_refusals_of_silence_and_of_writes() {
    let schema = schema();
    for (place, subjects) in [
        (
            "/LoadBalancer/properties/retries",
            &["refuse", "time", "write"][..],
        ),
        ("/Retries/properties/max", &["time", "write"]),
    ] {
        let rule = schema["$defs"].pointer(place).expect("it is there");
        let words = rule["description"].to_string().to_lowercase();
        for subject in subjects {
            assert!(words.contains(subject), "{subject}: {words}");
        }
    }
}

/// Where in a document fields with a default stand or could: the object, the field, the default.
fn defaults_in(
    schema: &Value,
    rule: &Value,
    value: &Value,
    pointer: &str,
    found: &mut Vec<(String, String, Value)>,
) {
    if let Some(reference) = rule["$ref"].as_str() {
        let (_, name) = reference.rsplit_once('/').expect("it refers to a type");
        return defaults_in(schema, &schema["$defs"][name], value, pointer, found);
    }
    for key in ["oneOf", "anyOf"] {
        for variant in rule[key].as_array().into_iter().flatten() {
            defaults_in(schema, variant, value, pointer, found);
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        defaults_in(
            schema,
            &rule["items"],
            item,
            &format!("{pointer}/{index}"),
            found,
        );
    }
    if !value.is_object() {
        return;
    }
    for (name, field) in rule["properties"].as_object().into_iter().flatten() {
        if let Some(default) = field.get("default") {
            found.push((pointer.to_owned(), name.clone(), default.clone()));
        }
        if let Some(inside) = value.get(name) {
            defaults_in(schema, field, inside, &format!("{pointer}/{name}"), found);
        }
    }
}

#[test]
fn a_default_of_the_schema_is_what_leaving_the_field_out_means() {
    let schema = schema();
    let document = value_of(&common::everything());
    let mut defaults = Vec::new();
    defaults_in(&schema, &schema, &document, "", &mut defaults);
    assert!(defaults.len() > 200, "only {} defaults", defaults.len());
    for (pointer, name, default) in defaults {
        let with = |value: Option<&Value>| {
            let mut document = document.clone();
            let object = document.pointer_mut(&pointer).expect("it is there");
            let fields = object.as_object_mut().expect("it has fields");
            fields.remove(&name);
            fields.extend(value.map(|value| (name.clone(), value.clone())));
            Scenario::from_json(&document.to_string()).expect("its shape is right")
        };
        assert_eq!(with(None), with(Some(&default)), "{pointer}/{name}");
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
        ("/design/components/2/kind/service/size", json!("24tb")),
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

#[test]
fn a_default_of_the_schema_keeps_the_rules_of_its_field() {
    let schema = schema();
    let mut rules = Vec::new();
    rules_with_fields("Scenario", &schema, &mut rules);
    for (name, rule) in schema["$defs"].as_object().expect("the types are named") {
        rules_with_fields(name, rule, &mut rules);
    }
    let mut refused = Vec::new();
    for (place, rule) in rules {
        for (name, field) in rule["properties"].as_object().into_iter().flatten() {
            let Some(default) = field.get("default") else {
                continue;
            };
            let mut field = field.clone();
            field["$defs"] = schema["$defs"].clone();
            let validator = jsonschema::draft202012::new(&field).expect("it is a schema");
            if !validator.is_valid(default) {
                refused.push(format!("{place}.{name}"));
            }
        }
    }
    assert_eq!(refused, Vec::<String>::new());
}
