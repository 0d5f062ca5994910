use super::{Broken, Standing, TestLedger};
use crate::engine::facts::TestColour::{Green, Red, Skipped};
use crate::engine::testing::script::Script;
use crate::engine::trace::StepId;

/// Name and standing of every test, by name.
fn standings(script: &str) -> Vec<(String, Standing)> {
    let run = Script::read(script);
    let ledger = TestLedger::of(&run.trace, &run.facts);
    let mut list: Vec<_> = ledger.tests().map(|test| (test.name.to_owned(), ledger.standing(test))).collect();
    list.sort();
    list
}

fn standing(script: &str) -> Standing {
    let list = standings(script);
    assert_eq!(list.len(), 1, "{list:?}");
    list[0].1
}

#[test]
fn red_before_the_first_edit_is_no_regression() {
    let list = standings(
        "
            test  pytest          tests red 2/9  failing a.py::test_old,a.py::test_bug
            edit  src/lib.py
            test  pytest          tests red 2/9  failing a.py::test_old,a.py::test_new
            ",
    );
    let of = |name: &str, standing| (name.to_owned(), standing);
    assert_eq!(
        list,
        [
            of("a.py::test_bug", Standing::Fixed),
            of("a.py::test_new", Standing::Regression),
            of("a.py::test_old", Standing::PreExisting),
        ]
    );
}

#[test]
fn red_with_the_work_set_aside_or_taken_back_is_older_than_the_work() {
    assert_eq!(
        standing(
            "
                edit  src/lib.py
                test  pytest          tests red 1/9  failing a.py::T::test_old
                git   git stash
                test  pytest -k old   tests red 1/1  failing test_old (a.T)
                git   git stash pop
                test  pytest          tests red 1/9  failing a.py::T::test_old
                "
        ),
        Standing::PreExisting
    );
    assert_eq!(
        standing(
            "
                edit  src/lib.py
                git   git checkout src/lib.py    reverts src/lib.py
                test  pytest          tests red 1/9  failing a.py::test_old
                edit  src/lib.py
                test  pytest          tests red 1/9  failing a.py::test_old
                "
        ),
        Standing::PreExisting
    );
}

#[test]
fn green_by_name_under_another_command_and_another_spelling() {
    let script = "
            test  pytest -v tests/          tests green 0/2  passing tests/a.py::T::test_x,b.py::test_y
            edit  src/lib.py
            edit  src/more.py
            test  python -m unittest a      tests red 1/2    failing test_x (a.T)
            ";
    let run = Script::read(script);
    let ledger = TestLedger::of(&run.trace, &run.facts);
    let test = ledger.tests().next().unwrap();
    assert_eq!(ledger.standing(test), Standing::Regression);
    let (green, edit, red) = (StepId(0), StepId(1), StepId(3));
    assert_eq!(ledger.broken_by(test), Some(Broken { green, edit, red }));
    assert_eq!(ledger.last_green_before_edit(test), Some(edit));
    assert_eq!(test.changes().collect::<Vec<_>>(), [(0, Green), (1, Red)]);
}

#[test]
fn a_test_written_after_the_green_run_was_not_green_there() {
    assert_eq!(
        standing(
            "
                test    pytest          tests green 0/9
                create  tests/test_new.py
                edit    src/lib.py
                test    pytest          tests red 1/10  failing tests/test_new.py::test_x
                "
        ),
        Standing::Red
    );
}

#[test]
fn a_green_run_of_other_tests_clears_nothing() {
    let red = "edit  src/lib.py
 test  pytest tests   tests red 1/9  failing tests/test_a.py::test_x
";
    let after = |line: &str| standing(&format!("{red}{line}"));
    assert_eq!(after("test  pytest tests/test_b.py   tests green 0/2"), Standing::Red);
    assert_eq!(after("test  pytest tests/test_a.py   tests green 0/2"), Standing::Fixed);
    assert_eq!(after("test  pytest -q                tests green 0/30"), Standing::Fixed);
}

#[test]
fn skipped_instead_of_mended() {
    let run = Script::read(
        "
            edit  src/lib.py
            test  pytest   tests red 1/9    failing tests/test_a.py::test_x
            edit  tests/test_a.py
            test  pytest   tests green 0/8  skipping tests/test_a.py::test_x
            ",
    );
    let ledger = TestLedger::of(&run.trace, &run.facts);
    let test = ledger.tests().next().unwrap();
    assert_eq!(ledger.standing(test), Standing::Skipped);
    assert_eq!(test.edits, [StepId(2)]);
    assert_eq!(test.changes().collect::<Vec<_>>(), [(0, Red), (1, Skipped)]);
}
