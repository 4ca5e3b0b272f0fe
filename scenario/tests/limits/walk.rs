//! A walk along the schema to every number and every choice of a document, in all the places where they
//! can stand.

use headroom_scenario::{schema, step};
use serde_json::{Map, Value, json};

/// The last step, which has a component of every kind, with an action in its script.
pub fn base() -> Value {
    let scenario = step::LADDER
        .last()
        .expect("the ladder has steps")
        .scenario();
    let mut document: Value = serde_json::from_str(&scenario.to_json()).expect("it is JSON");
    document["script"] = json!([{"at_ns": 0, "action": {"add_instance": {"component": "web"}}}]);
    document["design"]["sites"] = json!([{"id": "dc", "region": "us-east"}]);
    document["view"] = json!({});
    for component in document["design"]["components"]
        .as_array_mut()
        .expect("a list")
    {
        component["position"] = json!({"x": 0, "y": 0});
    }
    document
}

/// A number in the schema, with a document in which it can be set.
pub struct Number {
    /// Its path, as problems name it.
    pub path: String,
    /// Its place, as a JSON pointer.
    pub pointer: String,
    rule: Value,
    document: Value,
}

pub struct Walk {
    schema: Value,
    /// All numbers.
    pub numbers: Vec<Number>,
    /// All places of a plain choice, with what may stand there.
    pub choices: Vec<(String, Vec<Value>)>,
}

impl Walk {
    pub fn new() -> Self {
        let mut walk = Self {
            schema: schema(),
            numbers: Vec::new(),
            choices: Vec::new(),
        };
        let root = walk.schema.clone();
        walk.visit(&root, "", "", &base());
        walk
    }

    fn resolve(&self, rule: &Value) -> Value {
        match rule.get("$ref").and_then(Value::as_str) {
            Some(reference) => self
                .schema
                .pointer(&reference[1..])
                .expect("references lead somewhere")
                .clone(),
            None => rule.clone(),
        }
    }

    /// The smallest value that a rule allows.
    fn sample(&self, rule: &Value) -> Value {
        let rule = self.resolve(rule);
        if let Some(value) = rule.get("const").or(rule.get("minimum")) {
            return value.clone();
        }
        if let Some(variants) = rule.get("oneOf").or(rule.get("anyOf")) {
            return self.sample(&variants[0]);
        }
        match rule["type"].as_str() {
            Some("object") => {
                let required = rule["required"].as_array().cloned().unwrap_or_default();
                let sample = |name: Value| {
                    let name = name.as_str().expect("names are texts").to_owned();
                    let value = self.sample(&rule["properties"][&name]);
                    (name, value)
                };
                required
                    .into_iter()
                    .map(sample)
                    .collect::<Map<_, _>>()
                    .into()
            }
            Some("array") => json!([]),
            // Most texts are ids of components.
            _ => json!("web"),
        }
    }

    fn visit(&mut self, rule: &Value, path: &str, pointer: &str, document: &Value) {
        let rule = self.resolve(rule);
        let is = |name| match &rule["type"] {
            Value::String(kind) => kind == name,
            Value::Array(kinds) => kinds.iter().any(|kind| kind == name),
            _ => false,
        };
        if let Some(variants) = rule.get("anyOf") {
            self.visit(&variants[0], path, pointer, document);
        } else if is("boolean") {
            let choices = vec![json!(false), json!(true)];
            self.choices.push((pointer.to_owned(), choices));
        } else if let Some(variants) = rule.get("oneOf").and_then(Value::as_array) {
            let plain = variants.iter().filter_map(|variant| variant.get("const"));
            let choices = plain.cloned().collect();
            self.choices.push((pointer.to_owned(), choices));
            variants
                .iter()
                .for_each(|variant| self.variant(variant, path, pointer, document));
        } else if is("integer") || is("number") {
            let (path, pointer) = (path.to_owned(), pointer.to_owned());
            self.numbers.push(Number {
                path,
                pointer,
                rule,
                document: document.clone(),
            });
        } else if is("array") {
            self.list(&rule["items"], path, pointer, document);
        } else if let Some(fields) = rule["properties"].as_object() {
            for (name, field) in fields {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                self.visit(field, &path, &format!("{pointer}/{name}"), document);
            }
        }
    }

    /// Puts the variant into the document, unless it stands there already.
    fn variant(&mut self, variant: &Value, path: &str, pointer: &str, document: &Value) {
        let Some(name) = variant["required"][0].as_str() else {
            return;
        };
        let mut document = document.clone();
        let place = reach(&mut document, pointer);
        if pointer.starts_with("/design/components/") && pointer.ends_with("/kind") {
            if place.get(name).is_none() {
                return;
            }
        } else {
            *place = self.sample(variant);
            if let Some(added) = place.pointer_mut("/add/component") {
                added["id"] = json!("new");
                added["position"] = json!({"x": 0, "y": 0});
            }
        }
        self.visit(variant, path, pointer, &document);
    }

    /// Walks into each item, so into each component; a list without any gets one.
    fn list(&mut self, item: &Value, path: &str, pointer: &str, document: &Value) {
        let mut document = document.clone();
        let place = reach(&mut document, pointer);
        if place.is_null() {
            *place = json!([]);
        }
        let sample = self.sample(item);
        let list = place.as_array_mut().expect("a list is an array");
        if list.is_empty() {
            list.push(sample);
        }
        for index in 0..list.len() {
            self.visit(
                item,
                &format!("{path}[{index}]"),
                &format!("{pointer}/{index}"),
                &document,
            );
        }
    }
}

/// The place in a document. Defaults may be left out of one: what is missing on the way is put in.
pub fn reach<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    let mut here = document;
    for name in pointer.split('/').skip(1) {
        here = match name.parse::<usize>() {
            Ok(index) if here.is_array() => &mut here[index],
            _ => &mut here[name],
        };
    }
    here
}

impl Number {
    /// The document with this value at the number's place.
    pub fn with(&self, value: Value) -> Value {
        let mut document = self.document.clone();
        *reach(&mut document, &self.pointer) = value;
        document
    }

    /// The least and the most that it may be.
    pub fn bounds(&self) -> (Value, Value) {
        let bound = |name: &str| {
            let bound = self.rule.get(name);
            bound
                .unwrap_or_else(|| panic!("{} has no {name}", self.path))
                .clone()
        };
        (bound("minimum"), bound("maximum"))
    }

    /// The values nearest to the bounds that lie beyond them.
    pub fn beyond(&self) -> (Value, Value) {
        let (min, max) = self.bounds();
        if self.rule["format"] == "double" {
            let [min, max] = [min, max].map(|bound| bound.as_f64().expect("a number"));
            (json!(min.next_down()), json!(max.next_up()))
        } else {
            let [min, max] = [min, max].map(|bound| bound.as_i64().expect("a whole number"));
            (json!(min - 1), json!(max + 1))
        }
    }
}
