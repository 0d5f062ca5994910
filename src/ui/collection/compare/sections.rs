//! What the runs left behind and took: files, tests, numbers, kinds of acts.

use std::sync::Arc;

use leptos::prelude::*;

use super::findings::Findings;
use crate::engine::report::{FileDifference, OperationCounts, TestDifference};
use crate::view_model::format::counted;
use crate::view_model::many::compare::{SideBySide, changed_lines, numbers, verb};

/// Lines of a table that are drawn at first.
const FEW: usize = 15;

/// A line of a table: what it is of, A, B, and what that means.
type Line = [String; 4];

#[component]
pub(super) fn Sections(runs: Arc<SideBySide>) -> impl IntoView {
    let comparison = &runs.comparison;
    let files: Vec<Line> = comparison.files.iter().map(file).collect();
    let tests: Vec<Line> = comparison.tests.iter().map(test).collect();
    let all_numbers: Vec<Line> = comparison
        .numbers
        .iter()
        .map(numbers)
        .map(|told| [told.name, told.a, told.b, told.difference.unwrap_or_default()])
        .collect();
    let operations: Vec<Line> = comparison.operations.iter().map(operation).collect();
    let more = comparison.more_tests;
    view! {
        <div class="compare__sections">
            <div class="compare__column">
            <Table
                id="compare-files"
                title="Files changed"
                heads=["File", "A", "B", ""]
                lines=files
                empty="Neither run changed a file, as far as their traces show."
            />
            <Table
                id="compare-tests"
                title="Tests that ended differently"
                heads=["Test", "A", "B", ""]
                lines=tests
                more
                empty="No test is known to have ended differently."
            />
            </div>
            <div class="compare__column">
            <Table id="compare-numbers" title="Numbers" heads=["", "A", "B", "B against A"] lines=all_numbers is_numbers=true empty="" />
            <Table
                id="compare-operations"
                title="Kinds of acts in which they differ"
                heads=["", "A", "B", "B against A"]
                lines=operations
                is_numbers=true
                empty="Both did as much of everything."
            />
            </div>
            <Findings runs=Arc::clone(&runs) />
        </div>
    }
}

fn file(file: &FileDifference) -> Line {
    let meaning = match (&file.a, &file.b) {
        (Some(_), Some(_)) if file.same => "the same change",
        (Some(_), Some(_)) => "both",
        (Some(_), None) => "only A",
        (None, Some(_)) => "only B",
        (None, None) => "",
    };
    let change = |change| changed_lines(change);
    [file.file.clone(), change(file.a.as_ref()), change(file.b.as_ref()), meaning.to_owned()]
}

fn test(test: &TestDifference) -> Line {
    let standing = |standing: &Option<String>| standing.clone().unwrap_or_else(|| "never red".to_owned());
    [test.name.clone(), standing(&test.a), standing(&test.b), String::new()]
}

fn operation(count: &OperationCounts) -> Line {
    let of = |all: u32, failed: u32| {
        if failed == 0 { all.to_string() } else { format!("{all}, {failed} failed") }
    };
    let by = i64::from(count.b) - i64::from(count.a);
    let by = match by {
        0 => String::new(),
        1.. => format!("+{by}"),
        _ => format!("−{}", by.unsigned_abs()),
    };
    // The words of the rows merge what is run; here each kind counts for itself.
    let name = match count.operation.as_str() {
        "run-program" => "run a program".to_owned(),
        "run-version-control" => "version control".to_owned(),
        "run-other" => "run something else".to_owned(),
        "other" => "call another tool".to_owned(),
        "message" => "messages".to_owned(),
        "user-message" => "messages of the user".to_owned(),
        "submission" => "submission".to_owned(),
        operation => verb(operation).0.to_owned(),
    };
    [name, of(count.a, count.failed_a), of(count.b, count.failed_b), by]
}

#[component]
fn Table(
    id: &'static str,
    title: &'static str,
    heads: [&'static str; 4],
    lines: Vec<Line>,
    #[prop(optional)] is_numbers: bool,
    /// How many more there are than the comparison names.
    #[prop(optional)]
    more: u32,
    /// What to say where there is nothing.
    empty: &'static str,
) -> impl IntoView {
    let all = RwSignal::new(false);
    let rest = lines.len().saturating_sub(FEW);
    let is_empty = lines.is_empty();
    let lines = StoredValue::new(lines);
    let line = |[name, a, b, meaning]: Line| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{a}</td>
                <td>{b}</td>
                <td class="beside__meaning">{meaning}</td>
            </tr>
        }
    };
    let shown = move || {
        let few = if all.get() { usize::MAX } else { FEW };
        lines.with_value(|lines| lines.iter().take(few).cloned().collect::<Vec<_>>())
    };
    let head = |title: &'static str| view! { <th scope="col">{title}</th> };
    view! {
        <section class="beside" class:beside--numbers=is_numbers aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {if is_empty {
                view! { <p class="beside__empty">{empty}</p> }.into_any()
            } else {
                view! {
                    <table>
                        <thead>
                            <tr>{heads.map(head).collect_view()}</tr>
                        </thead>
                        <tbody>{move || shown().into_iter().map(line).collect_view()}</tbody>
                    </table>
                }
                    .into_any()
            }}
            {(rest > 0)
                .then(|| {
                    view! {
                        <button class="link" on:click=move |_| all.update(|all| *all = !*all)>
                            {move || if all.get() { "Fewer".to_owned() } else { format!("{rest} more") }}
                        </button>
                    }
                })}
            {(more > 0)
                .then(|| {
                    view! { <p class="beside__empty">{counted(u64::from(more), "more test", "more tests")} " not named"</p> }
                })}
        </section>
    }
}
