//! What a component may do. A kind does what it does of this, and leaves the rest as it stands here.

use headroom_scenario::{Kind, Scenario};

use crate::calendar::What;
use crate::component::instance::Instance;
use crate::figures::own_counts::OwnCounts;
use crate::figures::replication::ReplicationGauge;
use crate::figures::snapshot::KindGauge;
use crate::mechanism::timetable::Ahead;
use crate::world::World;
use crate::world::request::Hop;

/// A part of the running design.
pub trait Part {
    /// Looks at its links, once all components are there and after every edit.
    fn connect(&mut self, _scenario: &Scenario, _world: &mut World) {}

    /// Takes over new parameters of its kind.
    fn configure(&mut self, _kind: &Kind, _scenario: &Scenario, _world: &mut World) {}

    /// A request arrives at one of its instances.
    fn deliver(&mut self, _world: &mut World, _id: u32, _instance: u16) {
        unreachable!("validation refuses links that lead here")
    }

    /// Reads the memory that an event here will need, and returns something of it.
    fn peek(&self, _world: &World, _what: What) -> u32 {
        0
    }

    /// A worker of one of its instances has done what it did.
    fn work_done(&mut self, _world: &mut World, _id: u32, _instance: u16) {
        unreachable!("it has no workers")
    }

    /// The answer to a call it made comes back.
    fn answered(&mut self, _world: &mut World, _id: u32, _from: Hop) {
        unreachable!("it calls nobody")
    }

    /// The answer to a call that a request made from here has not come in time. It goes on as `heir`; what it called
    /// works on for the record it was.
    fn call_timed_out(&mut self, _world: &mut World, _heir: u32, _called: Hop) {
        unreachable!("it has no time-outs for calls")
    }

    /// A call to an instance of it has not been answered in time: what was asked of its memory has not been
    /// answered from there.
    fn not_answered(&mut self, _world: &mut World, _id: u32, _instance: u16) {}

    /// What it asked for itself is answered, by an instance of the called.
    fn answered_itself(&mut self, _world: &mut World, _id: u32, _instance: u16) {
        unreachable!("it asks nothing for itself")
    }

    /// Which of its instances has set a timer.
    fn timed(&self, _what: What) -> u16 {
        unreachable!("it sets no timers")
    }

    /// The time of a timer is over that it set for itself.
    fn timer(&mut self, _world: &mut World, _what: What) {
        unreachable!("it sets no timers")
    }

    /// The service that a balancer stands before.
    fn service_behind(&self) -> Option<u8> {
        None
    }

    /// Its instances.
    fn instances(&self) -> &[Instance];

    /// One of its instances, to break, mend or slow down.
    fn instance_mut(&mut self, number: u16) -> Option<&mut Instance>;

    /// Slots of each of its instances; 0 where nothing is limited.
    fn slots(&self) -> u32 {
        0
    }

    /// Waiting in line at an instance at this moment.
    fn waiting(&self, instance: u16, _now_ns: u64) -> u32 {
        self.instances()[usize::from(instance)].line.len()
    }

    /// Slots of an instance that are busy at this moment.
    fn busy(&self, world: &World, number: usize, instance: u16) -> u32 {
        let meter = &world.meters[number].instances[usize::from(instance)];
        meter.busy.value()
    }

    /// Counts what has happened by now where there are no events for it.
    fn catch_up(&mut self, _world: &mut World) {}

    /// What an instance has booked of the time to come.
    fn ahead(&self, _instance: u16, _now_ns: u64) -> Ahead {
        Ahead::default()
    }

    /// Entries an instance holds; 0 for kinds that store nothing.
    fn entries(&self, _instance: u16) -> u32 {
        0
    }

    /// A hit that it has had was older than what had been written in another place.
    fn found_stale(&mut self) {}

    /// What only its kind counts, since the start of the run.
    fn own_counts(&self) -> OwnCounts {
        OwnCounts::default()
    }

    /// Users who have come here since the measurement began, and those of them who had to log in anew.
    fn sessions(&self) -> (u32, u32) {
        (0, 0)
    }

    /// What does not balance in its own books, if anything.
    fn imbalance(&self, _world: &World) -> Option<String> {
        None
    }

    /// The warm-up is over, at a moment.
    fn begin_measurement(&mut self, _now_ns: u64) {}

    /// An instance was started: what it does before it serves.
    fn starts(&mut self, _world: &mut World, _instance: u16) {}

    /// An instance that was cut off is reached again.
    fn reached(&mut self, _world: &mut World, _instance: u16) {}

    /// It serves.
    fn booted(&mut self, _world: &mut World, _instance: u16) {}

    /// Why an instance can't be taken out, where that is so.
    fn is_to_stay(&self, _instance: u16) -> Option<&'static str> {
        None
    }

    /// Its copies.
    fn replication(&self, _world: &World) -> Option<ReplicationGauge> {
        None
    }

    /// Figures of its kind; `hit_ratio` is its share of hits lately.
    fn gauge(&self, hit_ratio: f64) -> KindGauge;

    /// An instance has died; the requests in it are dealt with by who killed it.
    fn died(&mut self, _world: &mut World, _instance: u16) {}

    /// An instance hangs: what it would do waits.
    fn hung(&mut self, _world: &mut World) {}

    /// An instance is destroyed, after it has died: what outlives a death is gone too.
    fn destroyed(&mut self, _world: &mut World, _instance: u16) {}

    /// Opens one more instance; none where the kind has just one.
    fn add_instance(&mut self, _world: &mut World) -> Option<u16> {
        None
    }

    /// An instance was taken out: it finishes what it has.
    fn begin_leaving(&mut self, world: &mut World, instance: u16);

    /// Whether an instance of it has nothing to do beside the requests in it.
    fn is_idle(&self, _world: &World, _instance: u16) -> bool {
        true
    }

    /// An instance that hung goes on, with what it could not begin meanwhile.
    fn goes_on(&mut self, _world: &mut World, _instance: u16) {}

    /// An instance works again after its death.
    fn repaired(&mut self, _world: &mut World, _instance: u16) {}
}
