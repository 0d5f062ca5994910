//! Runs of the same task side by side: which agent and model solved which.

use leptos::prelude::*;

use super::separation::{Asked, Separated};
use super::state::Many;
use crate::engine::report::{Configuration, Outcomes, TaskCell, TaskRow, task_matrix};
use crate::protocol::RunKey;
use crate::view_model::format::{count, counted};

/// Rows that are drawn at first and added by each "show more".
const PAGE: usize = 100;

/// Which tasks are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    All,
    Both,
    Flaky,
    Unsolved,
}

impl Kept {
    const ALL: [(Self, &'static str); 4] = [
        (Self::All, "All tasks"),
        (Self::Both, "Both outcomes"),
        (Self::Flaky, "Flaky"),
        (Self::Unsolved, "Never solved"),
    ];

    fn keeps(self, row: &TaskRow) -> bool {
        match self {
            Self::All => true,
            Self::Both => row.both,
            Self::Flaky => row.flaky,
            Self::Unsolved => row.unsolved,
        }
    }
}

#[component]
pub(super) fn Tasks() -> impl IntoView {
    let many = Many::expect();
    let matrix = Memo::new(move |_| many.subset.with(|subset| task_matrix(&subset.digests)));
    let kept = RwSignal::new(Kept::All);
    let limit = RwSignal::new(PAGE);
    let asked: RwSignal<Option<Asked>> = RwSignal::new(None);
    let close = Callback::new(move |()| asked.set(None));
    let fitting =
        move || matrix.with(|matrix| matrix.tasks.iter().filter(|row| kept.get().keeps(row)).count());
    let rows = move || {
        matrix.with(|matrix| {
            let rows = matrix.tasks.iter().filter(|row| kept.get().keeps(row)).take(limit.get());
            rows.map(|row| (row.clone(), matrix.configurations.len())).collect::<Vec<_>>()
        })
    };
    let choice = move |(wanted, title): (Kept, &'static str)| {
        let number =
            move || matrix.with(|matrix| matrix.tasks.iter().filter(|row| wanted.keeps(row)).count());
        view! {
            <button
                class="toggle"
                class:toggle--on=move || kept.get() == wanted
                aria-pressed=move || (kept.get() == wanted).to_string()
                on:click=move |_| kept.set(wanted)
            >
                {title}
                " "
                <b>{move || count(number() as u64)}</b>
            </button>
        }
    };
    let is_empty = move || matrix.with(|matrix| matrix.tasks.is_empty());
    let without = move || matrix.with(|matrix| u64::from(matrix.without_task));
    view! {
        <section class="tasks" aria-labelledby="tasks-title">
            <header class="failures__head">
                <h2 id="tasks-title">"Tasks and who solved them"</h2>
                <p>
                    "✓ resolved, ✕ failed, · unknown. A task is flaky when one agent with one model has both solved and \
                    failed it."
                </p>
            </header>
            <Show
                when=move || !is_empty()
                fallback=|| view! { <p class="empty">"None of these runs says what its task was."</p> }
            >
                <div class="tasks__kept" role="group" aria-label="Which tasks">{Kept::ALL.into_iter().map(choice).collect_view()}</div>
                {move || asked.get().map(|asked| view! { <Separated asked close /> })}
                <div class="tasks__frame" tabindex="0" role="region" aria-label="Tasks by agent and model">
                    <table class="tasks__table">
                        <thead>
                            <tr>
                                <th scope="col">"Task"</th>
                                <th scope="col">"All"</th>
                                {move || matrix.with(|matrix| matrix.configurations.iter().map(head).collect_view())}
                            </tr>
                        </thead>
                        <tbody>
                            <For each=rows key=|(row, width)| (row.task.clone(), row.outcomes.resolved, row.outcomes.failed, row.outcomes.unknown, *width) let((row, width))>
                                <Row row width asked />
                            </For>
                        </tbody>
                    </table>
                </div>
                <Show when=move || limit.get() < fitting()>
                    <button class="button" on:click=move |_| limit.update(|limit| *limit += PAGE)>
                        "Show more of "
                        {move || counted(fitting() as u64, "task", "tasks")}
                    </button>
                </Show>
            </Show>
            <Show when=move || without() != 0 && !is_empty()>
                <p class="tasks__note">{move || counted(without(), "run does not say what its task was.", "runs do not say what their task was.")}</p>
            </Show>
        </section>
    }
}

fn head(configuration: &Configuration) -> impl IntoView + use<> {
    let Configuration { agent, model, outcomes } = configuration.clone();
    let known = outcomes.resolved + outcomes.failed;
    let solved = (known > 0).then(|| format!("{}/{known} solved", outcomes.resolved));
    view! {
        <th scope="col">
            <b>{agent.unwrap_or_else(|| "agent not said".to_owned())}</b>
            <small>{model.unwrap_or_else(|| "model not said".to_owned())}</small>
            <small>{solved}</small>
        </th>
    }
}

#[component]
fn Row(row: TaskRow, width: usize, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let TaskRow { task, cells, outcomes, flaky, both, unsolved } = row;
    let mark = match (flaky, both, unsolved) {
        (true, ..) => Some(("tasks__mark tasks__mark--warn", "flaky")),
        (false, true, _) => Some(("tasks__mark", "both outcomes")),
        (_, _, true) => Some(("tasks__mark tasks__mark--bad", "never solved")),
        _ => None,
    };
    let title = task.clone();
    let places = cells.iter().flat_map(|cell| cell.runs.clone()).collect::<Vec<u32>>();
    let asking = both.then(|| view! { <AskBoth task=task.clone() places asked /> });
    let columns = (0..width).map(|column| {
        let cell = cells.iter().find(|cell| cell.configuration as usize == column).cloned();
        view! { <td>{cell.map(|cell| view! { <Cell cell /> })}</td> }
    });
    view! {
        <tr>
            <th scope="row">
                <span class="tasks__name" title=title>{task}</span>
                {mark.map(|(class, word)| view! { <span class=class>{word}</span> })}
                {asking}
            </th>
            <td class="tasks__sum">{tally(outcomes)}</td>
            {columns.collect_view()}
        </tr>
    }
}

/// The runs of one configuration: opens the only one, or shows them in the table.
#[component]
fn Cell(cell: TaskCell) -> impl IntoView {
    let many = Many::expect();
    let TaskCell { outcomes, runs, .. } = cell;
    let words = spoken(outcomes);
    let class = match outcomes {
        Outcomes { resolved: 0, failed: 0, .. } => "tasks__cell",
        Outcomes { failed: 0, .. } => "tasks__cell tasks__cell--good",
        Outcomes { resolved: 0, .. } => "tasks__cell tasks__cell--bad",
        _ => "tasks__cell tasks__cell--warn",
    };
    let go = move |_| {
        let keys: Vec<RunKey> = keys_at(many, &runs);
        match keys.as_slice() {
            [only] => super::state::open(*only, None),
            _ => many.look_at(keys),
        }
    };
    view! {
        <button class=class title=words.clone() aria-label=words on:click=go>
            {tally(outcomes)}
        </button>
    }
}

/// Asks what separates the runs that solved a task from those that failed.
#[component]
fn AskBoth(task: String, places: Vec<u32>, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let many = Many::expect();
    let ask = move |_| asked.set(Some((task.clone(), keys_at(many, &places))));
    view! {
        <button class="link tasks__compare" on:click=ask>
            "What separates them"
        </button>
    }
}

fn keys_at(many: Many, places: &[u32]) -> Vec<RunKey> {
    untrack(move || {
        let runs =
            many.subset.with(|subset| places.iter().filter_map(|at| subset.place(*at)).collect::<Vec<_>>());
        runs.into_iter().filter_map(|place| Some(many.run_at(place)?.key)).collect()
    })
}

fn tally(outcomes: Outcomes) -> String {
    let parts = [("✓", outcomes.resolved), ("✕", outcomes.failed), ("·", outcomes.unknown)];
    let told: Vec<String> = parts
        .into_iter()
        .filter(|(_, runs)| *runs > 0)
        .map(|(sign, runs)| if runs == 1 { sign.to_owned() } else { format!("{sign}{runs}") })
        .collect();
    told.join(" ")
}

fn spoken(outcomes: Outcomes) -> String {
    let parts = [("resolved", outcomes.resolved), ("failed", outcomes.failed), ("unknown", outcomes.unknown)];
    let told: Vec<String> = parts
        .into_iter()
        .filter(|(_, runs)| *runs > 0)
        .map(|(word, runs)| format!("{runs} {word}"))
        .collect();
    told.join(", ")
}
