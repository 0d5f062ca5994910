use super::{Plan, Scene, SceneInput};
use crate::engine::detect::Severity;
use crate::engine::report::{Mark, Phase, StepMap, StepShade};
use crate::engine::trace::Span;
use crate::view_model::axis::Axis;
use crate::view_model::lanes::Lanes;
use crate::view_model::view_range::ViewRange;

fn map(count: usize) -> StepMap {
    StepMap {
        shades: vec![StepShade::Run; count],
        agents: vec![0; count],
        turns: vec![1; count],
        spans: vec![None; count],
        participants: vec!["agent".to_owned()],
        ..StepMap::default()
    }
}

fn draw(map: &StepMap, axis: &Axis, findings: &[(u32, Severity)]) -> (Plan, Scene) {
    let plan = Plan::new(map, &Lanes::new(map), axis, findings);
    let range = ViewRange::full(axis.length());
    let input =
        SceneInput { plan: &plan, axis, range, selected: 0, chosen: None, width: 1100.0, gutter: 100.0 };
    let scene = Scene::new(input);
    (plan, scene)
}

fn by_order(map: &StepMap, findings: &[(u32, Severity)]) -> (Plan, Scene) {
    draw(map, &Axis::by_order(map.shades.len()), findings)
}

#[test]
fn few_steps_get_a_bar_each() {
    let (plan, scene) = by_order(&map(10), &[]);
    assert_eq!(scene.bars.len(), 10);
    assert!((scene.bars[1].x - 200.0).abs() < 1e-9);
    assert_eq!(scene.step_at(&plan, 250.0, scene.layout.lanes + 4.0), Some(1));
}

#[test]
fn a_hundred_thousand_steps_become_no_more_bars_than_pixels() {
    let (plan, scene) = by_order(&map(100_000), &[]);
    assert!(scene.bars.len() <= 501, "{} bars", scene.bars.len());
    let found = scene.step_at(&plan, 600.0, scene.layout.lanes + 4.0).expect("a step");
    assert!((49_900..50_100).contains(&found), "{found}");
}

#[test]
fn a_step_is_found_in_the_lane_of_its_own_agent() {
    let mut map = map(1000);
    map.agents = (0..1000).map(|step| step % 2).collect();
    let (plan, scene) = by_order(&map, &[]);
    let found = scene.step_at(&plan, 600.4, scene.layout.lanes + scene.layout.lane_height + 4.0);
    assert_eq!(found.map(|step| step % 2), Some(1));
}

#[test]
fn a_red_check_is_never_hidden_by_a_green_one() {
    let mut map = map(10_000);
    map.marks = vec![(5000, Mark::GreenCheck), (5001, Mark::RedCheck), (5002, Mark::GreenCheck)];
    let (_, scene) = by_order(&map, &[]);
    assert_eq!(scene.checks.len(), 1);
    assert!(!scene.checks[0].what);
    assert_eq!(scene.checks[0].step, 5001);
}

#[test]
fn flags_that_cover_each_other_show_the_worst() {
    let findings = [(10, Severity::Note), (11, Severity::Error), (5000, Severity::Note)];
    let (_, scene) = by_order(&map(10_000), &findings);
    let worst: Vec<Severity> = scene.flags.iter().map(|flag| flag.what).collect();
    assert_eq!(worst, [Severity::Error, Severity::Note]);
}

#[test]
fn phases_lie_side_by_side_and_cover_the_run() {
    let mut map = map(10);
    map.phases = vec![(0, Phase::Explore), (4, Phase::Edit), (9, Phase::Verify)];
    let (_, scene) = by_order(&map, &[]);
    let bands: Vec<(f64, f64, Phase)> =
        scene.phases.iter().map(|band| (band.from, band.to, band.phase)).collect();
    assert_eq!(
        bands,
        [(100.0, 500.0, Phase::Explore), (500.0, 1000.0, Phase::Edit), (1000.0, 1100.0, Phase::Verify)]
    );
}

#[test]
fn each_agent_has_a_context_of_its_own() {
    let mut map = map(4);
    map.agents = vec![0, 1, 0, 1];
    map.context = vec![(0, 50), (1, 10), (2, 100), (3, 20)];
    let (_, scene) = by_order(&map, &[]);
    let fills: Vec<Vec<f64>> =
        scene.context.iter().map(|line| line.iter().map(|(_, share)| *share).collect()).collect();
    assert_eq!(fills, [[0.5, 1.0], [0.1, 0.2]]);
}

#[test]
fn only_by_time_a_bound_is_drawn_as_one() {
    let mut map = map(2);
    let span = |start_ms, end_ms, bound| Some(Span { start_ms, end_ms, bound });
    map.spans = vec![span(0, 1000, true), span(1000, 2000, false)];
    let bounds =
        |axis: &Axis| -> Vec<bool> { draw(&map, axis, &[]).1.bars.iter().map(|bar| bar.is_bound).collect() };
    assert_eq!(bounds(&Axis::by_time(&map.spans).expect("has times")), [true, false]);
    assert_eq!(bounds(&Axis::by_order(2)), [false, false]);
}
