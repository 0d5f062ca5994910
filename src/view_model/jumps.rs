//! From one marked step to the next.

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
    use super::{last_before, next_after};

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
}
