//! The books: nothing is lost, nothing is counted twice.

use std::collections::BTreeMap;

use crate::component::instance::Instance;
use crate::component::part::Part;
use crate::figures::snapshot::InstanceState;
use crate::run::Run;
use crate::world::request::{Stage, past};

/// Checks the books of the whole design and of every instance.
///
/// # Errors
/// A sentence that says where they do not balance.
pub fn check(run: &Run) -> Result<(), String> {
    check_whole(run)?;
    check_shared_writes(run)?;
    check_calls(run)?;
    check_instances(run)?;
    check_parts(run)?;
    check_rented(run)
}

/// What only its kind has books of.
fn check_parts(run: &Run) -> Result<(), String> {
    let parts = run.components.iter().zip(&run.world.meters);
    let mut wrong = parts.filter_map(|(part, meter)| {
        let wrong = part.imbalance(&run.world)?;
        Some(format!("{}: {wrong}", meter.id))
    });
    wrong.next().map_or(Ok(()), Err)
}

/// Every record that is in another place is a guest there, or on its way.
///
/// # Errors
/// A sentence that says how many are missing.
pub fn check_borders<'a>(runs: impl Iterator<Item = &'a Run>) -> Result<(), String> {
    let (mut abroad, mut found) = (0, 0);
    for Run { world, .. } in runs {
        abroad += world.abroad();
        found += world.guests() + world.border.crossings();
    }
    match abroad == found {
        true => Ok(()),
        false => Err(format!(
            "{abroad} records are in another place, {found} found there or on the way"
        )),
    }
}

/// What is paid for is what is there.
fn check_rented(run: &Run) -> Result<(), String> {
    let rows = &run.scenario.design.components;
    let parts = run.components.iter().zip(&run.world.meters);
    for ((component, meter), row) in parts.zip(rows).filter(|(_, row)| row.kind.instances() > 0) {
        let is_there = |instance: &&Instance| instance.state != InstanceState::Gone;
        let there = component.instances().iter().filter(is_there).count();
        let rented = meter.rented.value();
        if there != rented as usize {
            let id = &row.id;
            return Err(format!("{id}: {there} are there, {rented} are paid for"));
        }
    }
    Ok(())
}

fn check_whole(run: &Run) -> Result<(), String> {
    let outcomes = &run.world.outcomes;
    let found = run
        .world
        .requests
        .iter()
        .filter(|(_, request)| request.is_awaited())
        .count();
    let ended = outcomes.completed + outcomes.failed_total();
    if outcomes.arrived != ended + found as u64 || outcomes.in_flight != found as u64 {
        return Err(format!(
            "{} arrived, but {} completed + {} failed + {found} found in flight (booked: {})",
            outcomes.arrived,
            outcomes.completed,
            outcomes.failed_total(),
            outcomes.in_flight
        ));
    }
    Ok(())
}

/// Who waits for calls has so many out.
fn check_calls(run: &Run) -> Result<(), String> {
    let requests = &run.world.requests;
    let mut out: BTreeMap<u32, u64> = BTreeMap::new();
    for parent in requests.iter().filter_map(|(_, call)| call.parent()) {
        *out.entry(parent).or_default() += 1;
    }
    for (id, request) in requests.iter() {
        let found = out.remove(&id).unwrap_or(0);
        let waits = request.stage == Stage::Join;
        let booked = request.calls_out();
        if found != booked || waits && booked == 0 {
            let number = request.number;
            return Err(format!(
                "request {number}: {found} calls found at once, {booked} booked"
            ));
        }
    }
    match out.len() {
        0 => Ok(()),
        count => Err(format!("{count} requests have calls, and are no more")),
    }
}

/// A write that several records go on with is known by just those.
fn check_shared_writes(run: &Run) -> Result<(), String> {
    let requests = run.world.requests.iter();
    let sharing = requests.filter(|(_, request)| request.past & past::SHARED != 0);
    let (found, booked) = (sharing.count() as u64, run.world.written.records());
    if found != booked {
        return Err(format!(
            "{found} records share their writes with others, {booked} are booked"
        ));
    }
    Ok(())
}

fn check_instances(run: &Run) -> Result<(), String> {
    let world = &run.world;
    let shape = world
        .meters
        .iter()
        .map(|component| component.instances.len());
    let mut inside: Vec<Vec<[u32; 3]>> = shape.map(|count| vec![[0; 3]; count]).collect();
    for (_, request) in world.requests.iter() {
        if request.is_probe() {
            continue;
        }
        for hop in request.hops() {
            let component = usize::from(world.wires[usize::from(hop.link)].to);
            inside[component][usize::from(hop.instance)][0] += 1;
        }
        if let Some(top) = request.top() {
            let component = usize::from(world.wires[usize::from(top.link)].to);
            let counts = &mut inside[component][usize::from(top.instance)];
            counts[1] += u32::from(request.stage == Stage::Line);
            counts[2] += u32::from(request.stage == Stage::Slot);
        }
    }
    for (component, meter) in world.meters.iter().enumerate() {
        for (instance, booked) in meter.instances.iter().enumerate() {
            let [found, waiting, working] = inside[component][instance];
            let books = [
                ("inside", found, booked.inside.value()),
                ("arrived and not answered", found, booked.unanswered()),
                ("waiting", waiting, booked.waiting.value()),
            ];
            for (what, found, booked) in books {
                if found != booked {
                    let id = &meter.id;
                    return Err(format!(
                        "{id}/{}: {found} found {what}, {booked} booked",
                        instance + 1
                    ));
                }
            }
            if working > booked.busy.value() {
                let busy = booked.busy.value();
                return Err(format!(
                    "{}/{}: {working} found at work, {busy} slots booked as busy",
                    meter.id,
                    instance + 1
                ));
            }
        }
    }
    Ok(())
}
