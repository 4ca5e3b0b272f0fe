//! The published JSON Schema of the document, generated from its types, with the limits that
//! validation holds a document to. What one field asks of another stands in no schema: only
//! [`Scenario::validate`] knows it.
//!
//! A field that a document leaves out at its default has that default in the schema all the same: beside
//! each `skip_serializing_if` of the types stands that the schema takes no notice of it.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::limits::{self, Bounds};
use crate::{SCHEMA_VERSION, Scenario, Size};

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
    for (place, rule) in rules() {
        let target = find(&mut schema, place);
        let target = target.unwrap_or_else(|| panic!("the types have no field {place}"));
        target.extend(rule);
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

/// The field at `Type.field` or `Type.variant.field`, and what a list holds at `Type.field.items`;
/// the document itself is the type `Scenario`.
fn find<'a>(schema: &'a mut Value, place: &str) -> Option<&'a mut Rule> {
    let mut names = place.split('.');
    let mut here = match names.next()? {
        "Scenario" => schema,
        name => schema.get_mut("$defs")?.get_mut(name)?,
    };
    for name in names {
        here = match here.get("oneOf") {
            Some(_) => here
                .get_mut("oneOf")?
                .as_array_mut()?
                .iter_mut()
                .find_map(|variant| variant.get_mut("properties")?.get_mut(name))?,
            None if name == "items" => here.get_mut(name)?,
            None => here.get_mut("properties")?.get_mut(name)?,
        };
    }
    here.as_object_mut()
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

/// Fewer choices than the type has.
fn none_of(choices: &[&str]) -> Rule {
    Map::from_iter([("not".into(), json!({ "enum": choices }))])
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
    rules.extend(components());
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
        ("Link.latency_ms", between(limits::LATENCY_MS)),
        ("Link.timeout_ms", between(limits::WAIT_MS)),
        ("Objectives.latency_p99_ms", between(limits::DELAY_MS)),
        ("Objectives.failed_share", between(limits::SHARE)),
        ("Objectives.sessions_lost_share", between(limits::SHARE)),
        ("View.at_ns", between(limits::INTEGER)),
        ("View.speed", between(limits::SPEED)),
    ]
}

fn traffic() -> Vec<(&'static str, Rule)> {
    vec![
        ("Traffic.rate_rps", between(limits::RATE_RPS)),
        ("Traffic.regions", items(1, limits::REGIONS_MAX)),
        ("Traffic.classes", items(1, limits::CLASSES_MAX)),
        ("Traffic.users", between(limits::USERS)),
        ("Curve.ramp.from", between(limits::CURVE_FACTOR)),
        ("Curve.ramp.to", between(limits::CURVE_FACTOR)),
        ("Curve.ramp.start_s", between(limits::TIME_S)),
        ("Curve.ramp.end_s", between(limits::TIME_S)),
        ("Curve.spike.factor", between(limits::CURVE_FACTOR)),
        ("Curve.spike.start_s", between(limits::TIME_S)),
        ("Curve.spike.length_s", between(limits::TIME_S)),
        ("Curve.diurnal.depth", between(limits::SHARE)),
        ("Curve.diurnal.period_s", between(limits::PERIOD_S)),
        ("Curve.stepped.factors", items(1, limits::STRETCHES_MAX)),
        ("Curve.stepped.factors.items", between(limits::CURVE_FACTOR)),
        ("Curve.stepped.every_s", between(limits::PERIOD_S)),
        ("Region.id", id()),
        ("Region.share", between(limits::SHARE_WEIGHT)),
        ("Region.round_trip_ms", between(limits::LATENCY_MS)),
        ("Class.id", id()),
        ("Class.weight", between(limits::SHARE_WEIGHT)),
        ("Class.work", between(limits::WORK)),
        ("Class.lookups", between(limits::CALLS)),
        ("Class.queries", between(limits::CALLS)),
        ("Class.query_work", between(limits::WORK)),
        ("Class.at_once", between(limits::CALLS_AT_ONCE)),
        ("Class.fresh_s", between(limits::TIME_S)),
        ("Keys.count", between(limits::KEYS)),
        ("Keys.zipf_exponent", between(limits::ZIPF_EXPONENT)),
        ("Keys.value_kb", between(limits::VALUE_KB)),
        ("ClientBehaviour.timeout_ms", between(limits::WAIT_MS)),
        ("LoopModel.closed.users", between(limits::USERS)),
        ("LoopModel.closed.think_time_ms", between(limits::DELAY_MS)),
        ("Retries.max", between(limits::RETRIES)),
        ("Retries.backoff_ms", between(limits::WAIT_MS)),
        ("Retries.multiplier", between(limits::BACKOFF_MULTIPLIER)),
        ("Retries.jitter", between(limits::SHARE)),
        ("Retries.budget", between(limits::RETRY_BUDGET)),
        ("Retries.saved_max", between(limits::RETRIES_SAVED)),
        ("Distribution.erlang.k", between(limits::ERLANG_K)),
        (
            "Distribution.hyperexponential.cs2",
            between(limits::HYPEREXPONENTIAL_CS2),
        ),
    ]
}

fn components() -> Vec<(&'static str, Rule)> {
    vec![
        ("Dns.ttl_s", between(limits::DNS_TTL_S)),
        (
            "LoadBalancer.weights",
            items(0, limits::INSTANCES_MAX.into()),
        ),
        ("LoadBalancer.weights.items", between(limits::WEIGHT)),
        ("LoadBalancer.virtual_nodes", between(limits::VIRTUAL_NODES)),
        (
            "LoadBalancer.bounded_load_factor",
            between(limits::BOUNDED_LOAD_FACTOR),
        ),
        ("LoadBalancer.retries", between(limits::RETRIES)),
        ("LoadBalancer.forward_ms", between(limits::FORWARD_MS)),
        (
            "LoadBalancer.response_memory_s",
            between(limits::RESPONSE_MEMORY_S),
        ),
        ("LoadBalancer.takeover_ms", between(limits::WAIT_MS)),
        (
            "HealthCheck.interval_ms",
            between(limits::PROBE_INTERVAL_MS),
        ),
        ("HealthCheck.timeout_ms", between(limits::DELAY_MS)),
        ("HealthCheck.rise", between(limits::PROBES)),
        ("HealthCheck.fall", between(limits::PROBES)),
        ("Service.instances", between(limits::INSTANCES)),
        ("Service.size", none_of(&[Size::Tb24.name()])),
        ("Service.workers", between(limits::WORKERS)),
        ("Service.service_time_ms", between(limits::COMPUTING_MS)),
        ("Service.local_query_ms", between(limits::COMPUTING_MS)),
        ("Service.queue_limit", between(limits::QUEUE)),
        ("Service.login_work", between(limits::WORK)),
        ("Service.probe_ms", between(limits::COMPUTING_MS)),
        (
            "Service.local_cache_entries",
            between(limits::ENTRIES_OR_NONE),
        ),
        ("Service.local_cache_ttl_s", between(limits::TIME_S)),
        ("Service.boot_s", between(limits::TIME_S)),
        (
            "Autoscaling.target_utilisation",
            between(limits::TARGET_UTILISATION),
        ),
        ("Autoscaling.tolerance", between(limits::TOLERANCE)),
        (
            "Autoscaling.interval_s",
            between(limits::SCALING_INTERVAL_S),
        ),
        (
            "Autoscaling.scale_in_window_s",
            between(limits::SCALE_IN_WINDOW_S),
        ),
        (
            "Autoscaling.scale_out_share",
            between(limits::SCALE_OUT_SHARE),
        ),
        ("Autoscaling.scale_out_servers", between(limits::INSTANCES)),
        (
            "Autoscaling.scale_out_period_s",
            between(limits::SCALE_OUT_PERIOD_S),
        ),
        ("Autoscaling.instances_min", between(limits::INSTANCES)),
        ("Autoscaling.instances_max", between(limits::INSTANCES)),
        ("Cache.nodes", between(limits::INSTANCES)),
        (
            "Cache.size",
            none_of(&[Size::Xlarge24.name(), Size::Tb24.name()]),
        ),
        ("Cache.entries_per_node", between(limits::ENTRIES)),
        ("Cache.reserved_share", between(limits::RESERVED_SHARE)),
        ("Cache.ttl_s", between(limits::TIME_S)),
        ("Cache.write_back_ms", between(limits::DELAY_MS)),
        ("Cache.lease_ms", between(limits::DELAY_MS)),
        ("Cache.virtual_nodes", between(limits::VIRTUAL_NODES)),
        ("Cache.operation_ms", between(limits::COMPUTING_MS)),
        ("Database.workers", between(limits::WORKERS)),
        ("Database.connections", between(limits::CONNECTIONS)),
        ("Database.read_time_ms", between(limits::COMPUTING_MS)),
        ("Database.write_time_ms", between(limits::COMPUTING_MS)),
        ("Database.buffer_entries", between(limits::ENTRIES_OR_NONE)),
        ("Database.disk_read_ms", between(limits::WAIT_MS)),
        ("Database.disk_gb", between(limits::DISK_GB)),
        ("Database.data_gb", between(limits::DISK_GB)),
        ("Database.write_kb", between(limits::WRITE_KB)),
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
