//! From one marked step to the next.

use crate::engine::detect::Severity;
use crate::engine::report::{Mark, StepMap};

/// What a person jumps between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landmark {
    Turn,
    Finding,
    RedCheck,
    Edit,
}

impl Landmark {
    /// The steps with it, in order. `map` may not be here yet.
    pub fn steps(self, map: Option<&StepMap>, flagged: &[(u32, Severity)]) -> Vec<u32> {
        let Some(map) = map.filter(|_| self != Self::Finding) else {
            let flagged = flagged.iter().filter(|_| self == Self::Finding);
            return flagged.map(|(step, _)| *step).collect();
        };
        let wanted = if self == Self::Edit { Mark::Edit } else { Mark::RedCheck };
        match self {
            Self::Turn => turn_starts(&map.turns),
            _ => map.marks.iter().filter(|(_, mark)| *mark == wanted).map(|(step, _)| *step).collect(),
        }
    }
}

fn turn_starts(turns: &[u32]) -> Vec<u32> {
    let mut before = None;
    let starts = (0u32..).zip(turns).filter(|(_, turn)| before.replace(**turn) != Some(**turn));
    starts.map(|(step, _)| step).collect()
}

/// Where a jump from `current` ends: at the next of `steps`, or, after the last, at the first again.
pub fn land(steps: &[u32], current: u32, is_forward: bool) -> Option<u32> {
    if is_forward {
        next_after(steps, current).or_else(|| steps.first().copied())
    } else {
        last_before(steps, current).or_else(|| steps.last().copied())
    }
}

/// The first of `steps` after `current`. `steps` is sorted.
pub fn next_after(steps: &[u32], current: u32) -> Option<u32> {
    steps.get(steps.partition_point(|step| *step <= current)).copied()
}

/// The last of `steps` before `current`. `steps` is sorted.
pub fn last_before(steps: &[u32], current: u32) -> Option<u32> {
    steps.get(steps.partition_point(|step| *step < current).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::{Landmark, land, last_before, next_after};
    use crate::engine::detect::Severity;
    use crate::engine::report::{Mark, StepMap};

    #[test]
    fn jumps_strictly_forwards_and_backwards() {
        let steps = [2, 5, 5, 9];
        assert_eq!(next_after(&steps, 0), Some(2));
        assert_eq!(next_after(&steps, 5), Some(9));
        assert_eq!(next_after(&steps, 9), None);
        assert_eq!(last_before(&steps, 9), Some(5));
        assert_eq!(last_before(&steps, 2), None);
        assert_eq!(last_before(&[], 2), None);
    }

    #[test]
    fn every_landmark_has_its_steps() {
        let map = StepMap {
            turns: vec![1, 1, 2, 3, 3],
            marks: vec![(1, Mark::Edit), (2, Mark::RedCheck), (3, Mark::GreenCheck), (4, Mark::Edit)],
            ..StepMap::default()
        };
        let steps = |landmark: Landmark| landmark.steps(Some(&map), &[(3, Severity::Note)]);
        assert_eq!(steps(Landmark::Turn), [0, 2, 3]);
        assert_eq!(steps(Landmark::Finding), [3]);
        assert_eq!(steps(Landmark::RedCheck), [2]);
        assert_eq!(steps(Landmark::Edit), [1, 4]);
        assert_eq!(Landmark::Finding.steps(None, &[(3, Severity::Note)]), [3]);
        assert!(Landmark::Edit.steps(None, &[(3, Severity::Note)]).is_empty());
    }

    #[test]
    fn after_the_last_comes_the_first_again() {
        assert_eq!(land(&[2, 5], 5, true), Some(2));
        assert_eq!(land(&[2, 5], 1, false), Some(5));
        assert_eq!(land(&[], 1, true), None);
    }
}
