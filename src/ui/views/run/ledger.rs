use leptos::prelude::*;

use crate::ui::state::RunState;
use crate::view_model::format::step_number;
use crate::view_model::ledger::{Cell, Column, Grid, Group, Row, spoken};

/// Tests × runs of them; nothing where no tests were run.
#[component]
pub(super) fn Ledger() -> impl IntoView {
    let run = RunState::expect();
    let grid = Memo::new(move |_| {
        let tests = run.report.with(|report| report.tests.clone())?;
        Some(run.with_map(|map| Grid::new(&tests, Some(map))).unwrap_or_else(|| Grid::new(&tests, None)))
    });
    move || grid.get().map(|grid| view! { <Table grid /> })
}

#[component]
fn Table(grid: Grid) -> impl IntoView {
    let legend = grid.legend().join(" ");
    let Grid { columns, groups, left_out } = grid;
    let width = columns.len() + 1;
    let is_empty = groups.is_empty();
    let all = columns.iter().map(|column| view! { <CellView cell=column.all /> }).collect_view();
    let heads = columns.into_iter().map(|column| view! { <Head column /> }).collect_view();
    let groups = groups.into_iter().map(|group| view! { <Rows group width /> }).collect_view();
    view! {
        <section class="ledger" aria-label="Tests by run">
            <div class="ledger__scroll" tabindex="0" role="region" aria-label="Table of tests">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Test"</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>
                        <tr class="ledger__all">
                            <th scope="row">"All tests"</th>
                            {all}
                        </tr>
                    </tbody>
                    {groups}
                </table>
            </div>
            {is_empty
                .then(|| {
                    view! { <p class="ledger__note">"The output names no test that was red or skipped: only whole runs are known."</p> }
                })}
            {(!legend.is_empty()).then(|| view! { <p class="ledger__note">{legend}</p> })}
            {left_out.into_iter().map(|sentence| view! { <p class="ledger__note">{sentence}</p> }).collect_view()}
        </section>
    }
}

#[component]
fn Head(column: Column) -> impl IntoView {
    let run = RunState::expect();
    let step = column.step;
    let title = spoken(&column);
    view! {
        <th scope="col" class="ledger__run" class=("ledger__run--edited", column.edits > 0)>
            {(column.edits > 0)
                .then(|| view! { <span class="ledger__edits" aria-hidden="true">"✎" {column.edits}</span> })}
            <button class="link" title=title.clone() aria-label=title on:click=move |_| run.open_step(step)>
                {step_number(step)}
            </button>
        </th>
    }
}

#[component]
fn Rows(group: Group, width: usize) -> impl IntoView {
    let rows = group.rows.into_iter().map(|row| view! { <TestRow row /> }).collect_view();
    view! {
        <tbody>
            <tr class="ledger__group">
                <th scope="rowgroup" colspan=width.to_string()>
                    <span>{group.title} <small>{group.meaning}</small></span>
                </th>
            </tr>
            {rows}
        </tbody>
    }
}

#[component]
fn TestRow(row: Row) -> impl IntoView {
    let run = RunState::expect();
    let link = move |sign: &'static str, what: &'static str, step: u32| {
        let label = format!("{what}: step {}", step_number(step));
        view! {
            <button class="link" title=label.clone() aria-label=label on:click=move |_| run.open_step(step)>{sign}</button>
        }
    };
    view! {
        <tr>
            <th scope="row" title=row.name>
                <span class="ledger__name">
                    <code>{row.short}</code>
                    {row.edited.map(|step| link("✎", "The test itself was edited", step))}
                    {row.suspect.map(|step| link("↯", "First edit after it was last green", step))}
                </span>
            </th>
            {row.cells.into_iter().map(|cell| view! { <CellView cell /> }).collect_view()}
        </tr>
    }
}

#[component]
fn CellView(cell: Cell) -> impl IntoView {
    view! {
        <td class=format!("ledger__cell ledger__cell--{}", cell.token()) title=cell.word()>
            <span aria-hidden="true">{cell.sign()}</span>
            <span class="hidden">{cell.word()}</span>
        </td>
    }
}
