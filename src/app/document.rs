//! The document being shown, with what can be undone, and the design as it stands at a moment.

use std::rc::Rc;

use headroom_engine::happening::Mark;
use headroom_engine::lab::Load;
use headroom_engine::marks::scheduled;
use headroom_scenario::{
    Action, Problem, Scenario, Sort, TimedAction, done_by, step, validate_action,
};

/// Documents that undo can go back to.
const UNDO_MAX: usize = 100;

/// What an edit was, as far as undo cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// The traffic slider moves on: one drag is one edit.
    Drag,
    /// Anything else.
    New,
}

/// The scenario on screen. Replaced as a whole by every edit.
#[derive(Clone, Debug)]
pub struct Document {
    /// The document, with everything done live in its script.
    pub scenario: Rc<Scenario>,
    /// Its design and traffic as the script has changed them by now.
    pub live: Rc<Scenario>,
    /// What is wrong with it; while anything is, nothing runs.
    pub problems: Rc<Vec<Problem>>,
    /// What in it will not do what it seems to ask for.
    pub warnings: Rc<Vec<Problem>>,
    /// The marks that the script will make.
    pub scheduled: Rc<Vec<Mark>>,
    past: Vec<Rc<Scenario>>,
    future: Vec<Rc<Scenario>>,
    // The last edit was a load, which a drag may go on changing.
    can_continue: bool,
    // The moment that the live design is of, and the actions that have taken effect by then.
    reached_ns: u64,
    actions_done: usize,
}

impl Document {
    /// A document just opened.
    pub fn new(scenario: Scenario) -> Self {
        let mut document = Self {
            scenario: Rc::new(scenario),
            live: Rc::default(),
            problems: Rc::default(),
            warnings: Rc::default(),
            scheduled: Rc::default(),
            past: Vec::new(),
            future: Vec::new(),
            can_continue: false,
            reached_ns: 0,
            actions_done: 0,
        };
        document.examine();
        document
    }

    /// Replaces the document; what it was can be had back.
    pub fn edit(&mut self, scenario: Scenario, edit: Edit) {
        self.future.clear();
        let same_drag = edit == Edit::Drag && self.can_continue;
        let before = std::mem::replace(&mut self.scenario, Rc::new(scenario));
        if !same_drag {
            self.past.push(before);
            if self.past.len() > UNDO_MAX {
                self.past.remove(0);
            }
        }
        self.can_continue = true;
        self.examine();
    }

    /// Appends an action that took effect in the running design.
    pub fn append(&mut self, timed: TimedAction, edit: Edit) {
        let turns_load = self.turns_load(&timed.action);
        let mut scenario = Scenario::clone(&self.scenario);
        let now_ns = timed.at_ns;
        let at = done_by(&scenario.script, now_ns);
        scenario.script.insert(at, timed);
        self.edit(scenario, edit);
        self.can_continue = turns_load;
        self.advance_to(now_ns);
    }

    /// The document with actions that are under way written down at a moment. One that can't be done
    /// is left out, as the engine would.
    pub fn settled<'a>(
        &self,
        under_way: impl IntoIterator<Item = &'a Action>,
        at_ns: u64,
    ) -> Rc<Scenario> {
        let mut settled = self.scenario.clone();
        for action in under_way {
            if validate_action(&settled, action).is_ok() {
                let script = &mut Rc::make_mut(&mut settled).script;
                let at = done_by(script, at_ns);
                let action = action.clone();
                script.insert(at, TimedAction { at_ns, action });
            }
        }
        settled
    }

    /// The live design as it will be once the actions under way have taken effect.
    pub fn after<'a>(&self, under_way: impl IntoIterator<Item = &'a Action>) -> Rc<Scenario> {
        let mut after = self.live.clone();
        for action in under_way {
            action.carry_out(Rc::make_mut(&mut after));
        }
        after
    }

    /// Whether an action asks for what will hold anyway, once those under way have taken effect.
    /// What is done to instances never does.
    pub fn holds<'a>(
        &self,
        under_way: impl IntoIterator<Item = &'a Action>,
        action: &Action,
    ) -> bool {
        let is_value = action.sort() == Sort::Edit;
        let before = self.after(under_way);
        let mut after = Scenario::clone(&before);
        action.carry_out(&mut after);
        is_value && after == *before
    }

    /// Whether an action changes nothing but the load, as the traffic slider does.
    pub fn turns_load(&self, action: &Action) -> bool {
        match action {
            Action::SetRate { .. } => true,
            Action::SetTraffic { traffic } => {
                let mut turned = self.live.traffic.clone();
                Load::of(traffic).set(&mut turned);
                turned == *traffic
            }
            Action::Kill { .. }
            | Action::Hang { .. }
            | Action::Destroy { .. }
            | Action::CutOff { .. }
            | Action::Promote { .. }
            | Action::Repair { .. }
            | Action::Slow { .. }
            | Action::AddInstance { .. }
            | Action::RemoveInstance { .. }
            | Action::Deploy { .. }
            | Action::Configure { .. }
            | Action::Edit { .. }
            | Action::SetLatency { .. }
            | Action::SetTimeout { .. }
            | Action::ImpairLink { .. }
            | Action::RepairLink { .. } => false,
        }
    }

    /// Goes back by one edit; false when there is none.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.past.pop() else {
            return false;
        };
        self.future
            .push(std::mem::replace(&mut self.scenario, before));
        self.can_continue = false;
        self.examine();
        true
    }

    /// Goes forward by one edit undone; false when there is none.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.future.pop() else {
            return false;
        };
        self.past.push(std::mem::replace(&mut self.scenario, after));
        self.can_continue = false;
        self.examine();
        true
    }

    /// What the document was before can't be had back.
    pub fn forget_past(&mut self) {
        self.past.clear();
    }

    /// Whether there is an edit to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is an edit to redo.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Whether the live design has to change for this moment.
    pub fn is_out_of_date(&self, now_ns: u64) -> bool {
        done_by(&self.scenario.script, now_ns) != self.actions_done
    }

    /// Brings the live design to a moment.
    pub fn advance_to(&mut self, now_ns: u64) {
        self.reached_ns = now_ns;
        self.actions_done = done_by(&self.scenario.script, now_ns);
        self.live = Rc::new(live(&self.scenario, self.actions_done));
    }

    /// The actions that have taken effect by the moment last advanced to.
    pub fn done(&self) -> &[TimedAction] {
        &self.scenario.script[..self.actions_done.min(self.scenario.script.len())]
    }

    fn examine(&mut self) {
        let (warnings, problems) = match Scenario::clone(&self.scenario).validate() {
            Ok(valid) => (valid.warnings(), Vec::new()),
            Err(problems) => (Vec::new(), problems),
        };
        self.warnings = Rc::new(warnings);
        self.problems = Rc::new(problems);
        self.scheduled = Rc::new(scheduled(&self.scenario));
        // In another document, other actions have been done by then.
        self.advance_to(self.reached_ns);
    }
}

/// The scenario with the first so many of its actions carried out on its traffic and design. What
/// instances do (die, come, go) is not in the document: the engine tells it.
fn live(scenario: &Scenario, actions: usize) -> Scenario {
    let mut live = scenario.clone();
    for timed in &scenario.script[..actions] {
        timed.action.carry_out(&mut live);
    }
    live
}

/// What a document is called: by its own name, which that of a step is what the step is called.
pub fn title(scenario: &Scenario) -> &str {
    let step = scenario.step.as_deref().and_then(step::find);
    match (scenario.name.as_str(), step) {
        ("", Some(step)) => step.title,
        ("", None) => "Shared design",
        (name, _) => name,
    }
}

/// What an edit did, by the document before and after it: in the words of the mark that it made where it
/// made one.
pub fn edit_in_words(before: &Scenario, after: &Scenario) -> String {
    if (&before.step, &before.name) != (&after.step, &after.name) {
        let title = title(after);
        return format!("“{title}” opened");
    }
    if before.seed != after.seed {
        return format!("seed {} → {}", before.seed, after.seed);
    }
    let known = scheduled(before);
    let made = scheduled(after).into_iter();
    let mut made = made.filter(|mark| !known.contains(mark));
    let kinds = before
        .design
        .components
        .iter()
        .zip(&after.design.components);
    let configured = || {
        let (before, component, kind) = kinds
            .filter(|(one, other)| one.id == other.id && one.kind != other.kind)
            .map(|(_, other)| (before, other.id.clone(), other.kind.clone()))
            .next()?;
        let action = Action::Configure {
            component: component.clone(),
            kind,
        };
        Some(format!(
            "{}: {}",
            before.design.title(&component),
            action.changes(before).join(", ")
        ))
    };
    let mark = made.next().map(|mark| mark.in_full().to_owned());
    mark.or_else(configured)
        .unwrap_or_else(|| "the last edit".into())
}

/// The moment before which two documents are the same run; 0 where they are not even the same design.
pub fn agree_before_ns(one: &Scenario, other: &Scenario) -> u64 {
    let start = |scenario: &Scenario| {
        (
            scenario.seed,
            scenario.traffic.clone(),
            scenario.design.clone(),
        )
    };
    if start(one) != start(other) {
        return 0;
    }
    let mut pairs = one.script.iter().zip(&other.script);
    let shorter = one.script.len().min(other.script.len());
    let place = pairs
        .position(|(one, other)| one != other)
        .unwrap_or(shorter);
    let differing = [one, other].map(|scenario| scenario.script.get(place));
    let moments = differing.into_iter().flatten().map(|timed| timed.at_ns);
    moments.min().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_rate(at_ns: u64, rate_rps: f64) -> TimedAction {
        TimedAction {
            at_ns,
            action: Action::SetRate { rate_rps },
        }
    }

    fn opened() -> Document {
        Document::new(step::LADDER[0].scenario())
    }

    #[test]
    fn two_documents_are_the_same_run_up_to_what_differs() {
        let mut document = opened();
        let before = document.scenario.clone();
        assert_eq!(agree_before_ns(&before, &before), u64::MAX);
        document.append(set_rate(10, 200.0), Edit::New);
        document.append(set_rate(20, 300.0), Edit::New);
        let after = document.scenario.clone();
        assert_eq!(agree_before_ns(&before, &after), 10);
        document.undo();
        assert_eq!(agree_before_ns(&document.scenario, &after), 20);
        let mut another = Scenario::clone(&after);
        another.view.at_ns = 5;
        assert_eq!(agree_before_ns(&another, &after), u64::MAX);
        another.seed += 1;
        assert_eq!(agree_before_ns(&another, &after), 0);
    }

    #[test]
    fn an_edit_is_told_by_what_it_did() {
        let mut document = opened();
        let first = document.scenario.clone();
        let kill = Action::Kill {
            component: first.design.components[2].id.clone(),
            instance: 0,
        };
        document.append(
            TimedAction {
                at_ns: 5,
                action: kill,
            },
            Edit::New,
        );
        let killed = document.scenario.clone();
        assert_eq!(edit_in_words(&first, &killed), "web/1 dies");
        document.append(set_rate(10, 200.0), Edit::New);
        let turned = document.scenario.clone();
        assert_eq!(edit_in_words(&killed, &turned), "rate 250 → 200 requests/s");

        let mut reseeded = Scenario::clone(&first);
        reseeded.seed = 7;
        assert_eq!(edit_in_words(&first, &reseeded), "seed 42 → 7");
        let cache = step::find("cache").expect("it is one").scenario();
        assert_eq!(
            edit_in_words(&first, &cache),
            "“A cache before the database” opened"
        );
        let mut bigger = Scenario::clone(&first);
        if let headroom_scenario::Kind::Service(service) = &mut bigger.design.components[2].kind {
            service.workers = 9;
        }
        let told = edit_in_words(&first, &bigger);
        assert!(
            told.starts_with("Web tier: ") && told.contains("→ 9"),
            "{told}"
        );
        let mut other = Scenario::clone(&first);
        other.objectives.failed_share = 0.5;
        assert_eq!(edit_in_words(&first, &other), "the last edit");
    }

    #[test]
    fn a_document_is_called_by_its_own_name_whatever_step_it_came_from() {
        let step = &step::LADDER[1];
        let mut scenario = step.scenario();
        assert_eq!(title(&scenario), step.title);
        scenario.name = "Mine".into();
        assert_eq!(title(&scenario), "Mine");
        assert_eq!(edit_in_words(&step.scenario(), &scenario), "“Mine” opened");
        scenario.name = String::new();
        assert_eq!(title(&scenario), step.title);
        scenario.step = None;
        assert_eq!(title(&scenario), "Shared design");
    }

    #[test]
    fn what_the_script_will_do_is_known_beforehand() {
        let mut document = opened();
        assert!(document.scheduled.is_empty());
        document.append(set_rate(10, 200.0), Edit::New);
        assert_eq!(document.scheduled.len(), 1);
        document.undo();
        assert!(document.scheduled.is_empty());
    }

    #[test]
    fn one_drag_of_the_slider_is_one_edit() {
        let mut document = opened();
        let before = document.scenario.clone();
        document.append(set_rate(1, 200.0), Edit::New);
        document.append(set_rate(2, 300.0), Edit::Drag);
        assert_eq!(document.scenario.script.len(), 2);
        assert!(document.undo());
        assert_eq!(document.scenario, before);
        assert!(!document.undo());
        assert!(document.redo());
        assert_eq!(document.scenario.script.len(), 2);
    }

    #[test]
    fn one_drag_of_a_closed_loops_users_is_one_edit() {
        let mut scenario = step::LADDER[0].scenario();
        scenario.traffic.client.loop_model = headroom_scenario::LoopModel::Closed {
            users: 20,
            think_time_ms: 0.0,
        };
        let mut document = Document::new(scenario);
        let before = document.scenario.clone();
        for (at_ns, users, edit) in [(1, 30, Edit::New), (2, 40, Edit::Drag)] {
            let action = Load::Users(users).action(&document.live.traffic);
            assert!(document.turns_load(&action));
            document.append(TimedAction { at_ns, action }, edit);
        }
        assert_eq!(Load::of(&document.live.traffic), Load::Users(40));
        assert!(document.undo());
        assert_eq!(document.scenario, before);

        let mut other = document.live.traffic.clone();
        other.keys.count += 1;
        assert!(!document.turns_load(&Action::SetTraffic { traffic: other }));
    }

    #[test]
    fn two_rates_that_are_typed_are_two_edits() {
        let mut document = opened();
        document.append(set_rate(1, 200.0), Edit::New);
        document.append(set_rate(2, 300.0), Edit::New);
        assert!(document.undo());
        assert_eq!(document.scenario.script.len(), 1);
    }

    #[test]
    fn the_live_design_follows_the_moment() {
        let mut document = opened();
        let at_start = document.scenario.traffic.rate_rps;
        document.append(set_rate(10, 200.0), Edit::New);
        assert_eq!(document.live.traffic.rate_rps, 200.0);
        assert!(document.is_out_of_date(9));
        document.advance_to(9);
        assert_eq!(document.live.traffic.rate_rps, at_start);
        document.advance_to(10);
        assert_eq!(document.live.traffic.rate_rps, 200.0);
    }

    #[test]
    fn what_was_done_is_known_by_its_moment_after_undo_too() {
        let mut scenario = step::LADDER[0].scenario();
        scenario.script.push(set_rate(1_000, 500.0));
        let mut document = Document::new(scenario);
        document.append(set_rate(10, 200.0), Edit::New);
        assert_eq!(document.done(), [set_rate(10, 200.0)]);
        assert!(document.undo());
        assert_eq!(document.done(), [], "the scheduled one is still to come");
        assert!(document.redo());
        assert_eq!(document.done(), [set_rate(10, 200.0)]);
    }

    #[test]
    fn what_holds_already_or_soon_will_is_no_change() {
        let mut document = opened();
        let rate = |rate_rps| Action::SetRate { rate_rps };
        let at_start = document.live.traffic.rate_rps;
        assert!(document.holds([], &rate(at_start)));
        assert!(!document.holds([], &rate(200.0)));
        assert!(document.holds([&rate(200.0)], &rate(200.0)));
        assert!(!document.holds([&rate(200.0)], &rate(at_start)));
        assert_eq!(document.after([&rate(200.0)]).traffic.rate_rps, 200.0);
        document.append(set_rate(1, 200.0), Edit::New);
        assert!(document.holds([], &rate(200.0)));
        let kind = document.live.design.components[1].kind.clone();
        let component = document.live.design.components[1].id.clone();
        assert!(document.holds([], &Action::Configure { component, kind }));
        let kill = Action::Kill {
            component: "server".into(),
            instance: 0,
        };
        assert!(!document.holds([], &kill));
    }

    #[test]
    fn actions_under_way_are_written_down_in_order_unless_they_cannot_be_done() {
        let document = opened();
        let actions = [
            Action::SetRate { rate_rps: 200.0 },
            Action::Kill {
                component: "nowhere".into(),
                instance: 0,
            },
            Action::SetRate { rate_rps: 300.0 },
        ];
        let settled = document.settled(&actions, 5);
        assert_eq!(settled.script, [set_rate(5, 200.0), set_rate(5, 300.0)]);
        assert_eq!(document.settled([], 5), document.scenario);
    }

    #[test]
    fn what_will_do_nothing_is_a_warning_that_goes_when_it_is_mended() {
        let mut document = opened();
        let web = document.scenario.design.components[2].id.clone();
        assert_eq!(document.warnings.len(), 0);
        let added = TimedAction {
            at_ns: 1,
            action: Action::AddInstance { component: web },
        };
        document.append(added, Edit::New);
        assert_eq!(document.warnings.len(), 1);
        assert!(document.undo());
        assert_eq!(document.warnings.len(), 0);
    }

    #[test]
    fn a_document_with_problems_says_all_of_them() {
        let mut scenario = step::LADDER[0].scenario();
        scenario.traffic.rate_rps = -1.0;
        scenario.design.links = Default::default();
        assert!(Document::new(scenario).problems.len() >= 2);
    }
}
