use super::Finding;
use crate::engine::order;
use crate::engine::trace::StepId;

/// Which findings concern which step, ready to be asked for every row of a long run.
#[derive(Debug, Clone, Default)]
pub struct FindingPlaces {
    /// Each step with the place of a finding in the run's list, sorted.
    by_step: Vec<(StepId, u32)>,
}

impl FindingPlaces {
    pub fn of(findings: &[Finding]) -> Self {
        let named = |(place, finding)| {
            let Finding { steps, .. }: &Finding = finding;
            steps.iter().map(move |step| (*step, place))
        };
        let mut by_step: Vec<(StepId, u32)> = (0u32..).zip(findings).flat_map(named).collect();
        order::sort(&mut by_step);
        Self { by_step }
    }

    /// The places of the findings that concern a step, in their order.
    pub fn at(&self, step: StepId) -> impl Iterator<Item = u32> + '_ {
        let start = self.by_step.partition_point(|(known, _)| *known < step);
        let rest = self.by_step.get(start..).unwrap_or_default();
        rest.iter().take_while(move |(known, _)| *known == step).map(|(_, place)| *place)
    }
}

#[cfg(test)]
mod tests {
    use super::FindingPlaces;
    use crate::engine::detect::{Finding, info};
    use crate::engine::trace::StepId;

    #[test]
    fn every_step_knows_its_findings() {
        let finding = |blamed: u32, about: &[u32]| {
            Finding::new(info("exact-repeat").unwrap(), StepId(blamed), "")
                .about(about.iter().map(|at| StepId(*at)))
        };
        let places = FindingPlaces::of(&[finding(2, &[1, 2, 5]), finding(5, &[])]);
        let at = |step| places.at(StepId(step)).collect::<Vec<_>>();
        assert_eq!((at(0), at(1), at(2), at(5), at(6)), (vec![], vec![0], vec![0], vec![0, 1], vec![]));
    }

    #[test]
    fn a_finding_about_a_whole_long_run_stays_small() {
        let finding =
            Finding::new(info("exact-repeat").unwrap(), StepId(70_000), "").about((0..80_000).map(StepId));
        assert!(finding.steps.len() <= Finding::STEPS + 1 && finding.steps.contains(&StepId(70_000)));
    }
}
