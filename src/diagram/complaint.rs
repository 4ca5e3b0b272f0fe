//! What is wrong with a design, said where it is.

use headroom_scenario::Problem;
use yew::prelude::*;

use super::scene::{self, Scene};

/// What is wrong with a component, said below it.
pub fn complaint(scene: &Scene<'_>, problem: &Problem) -> Option<Html> {
    let (number, _) = scene
        .scenario
        .design
        .component(problem.component.as_deref()?)?;
    let frame = scene.place(number).frame;
    Some(html! {
        <foreignObject x={scene::px(frame.center().x - 110.0)} y={scene::px(frame.bottom() + 56.0)}
            width="220" height="90">
            <p class="complaint">{ problem.message.clone() }</p>
        </foreignObject>
    })
}

/// What is wrong with the design as a whole.
pub fn homeless(scene: &Scene<'_>, problems: &[Problem]) -> Html {
    let known = |problem: &&Problem| {
        problem
            .component
            .as_deref()
            .is_none_or(|id| scene.scenario.design.component(id).is_none())
    };
    let sentences: Vec<&Problem> = problems.iter().filter(known).collect();
    if sentences.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="complaints" data-testid="design-problems">
            { for sentences.into_iter().map(|problem| html! {
                <li>{ problem.message.clone() }</li>
            }) }
        </ul>
    }
}
