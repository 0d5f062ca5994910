use leptos::prelude::*;

use crate::protocol::MomentView;
use crate::ui::state::RunState;
use crate::view_model::body_text::strip_ansi;
use crate::view_model::format::{count, step_number};

/// Names of failing tests that are listed.
const TESTS: usize = 8;

/// Tests, plan and terminal.
#[component]
pub(super) fn Beside(moment: MomentView) -> impl IntoView {
    let run = RunState::expect();
    let to = move |step: u32| {
        view! {
            <button class="link" on:click=move |_| run.open_step(step)>"step " {step_number(step)}</button>
        }
    };
    let check = moment.check.map(|(step, green)| {
        let (class, said) = if green {
            ("step__good", "✓ The last check passed, ")
        } else {
            ("step__bad", "✕ The last check failed, ")
        };
        view! { <p><span class=class>{said}</span> {to(step)}</p> }
    });
    let none = moment.check.is_none().then_some("Nothing was checked up to this step.");
    let hidden = (moment.failing_count as usize).saturating_sub(TESTS);
    let failing = moment.failing.into_iter().take(TESTS).map(|name| view! { <li><code>{name}</code></li> });
    let failing = failing.collect_view();
    let [call, answer] = moment.terminal;
    view! {
        <section class="space__beside" aria-label="Tests at this step">
            <h3>"Tests"</h3>
            {check}
            {none.map(|said| view! { <p class="space__note">{said}</p> })}
            <ul>{failing}</ul>
            {(hidden > 0).then(|| view! { <p class="space__note">"and " {count(hidden as u64)} " more that fail"</p> })}
        </section>
        {moment
            .plan
            .map(|step| {
                view! {
                    <details class="space__beside">
                        <summary>"Plan, as left at step " {step_number(step)}</summary>
                        <p>{to(step)}</p>
                        <pre tabindex="0" role="region" aria-label="Plan">{moment.plan_text}</pre>
                    </details>
                }
            })}
        {moment
            .command
            .map(|step| {
                view! {
                    <details class="space__beside">
                        <summary>"Terminal, as left at step " {step_number(step)}</summary>
                        <p>{to(step)}</p>
                        <pre tabindex="0" role="region" aria-label="Terminal">
                            <b>"$ " {call}</b>
                            "\n"
                            {strip_ansi(&answer).into_owned()}
                        </pre>
                    </details>
                }
            })}
    }
}
