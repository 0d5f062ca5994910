//! Each kind of step has a shape of its own besides its colour: bands across the height of its bar, which stay
//! apart however narrow the bar is.

use crate::engine::report::StepShade;

/// Top and bottom of each band, as shares of the bar's height.
pub fn bands(shade: StepShade) -> &'static [(f64, f64)] {
    match shade {
        StepShade::Prompt => &[(0.0, 0.2), (0.8, 1.0)],
        StepShade::Message => &[(0.7, 1.0)],
        StepShade::Thought => &[(0.36, 0.64)],
        StepShade::Read => &[(0.36, 1.0)],
        StepShade::Edit => &[(0.0, 0.3), (0.44, 1.0)],
        StepShade::Run => &[(0.0, 1.0)],
        StepShade::Test => &[(0.0, 0.25), (0.37, 0.63), (0.75, 1.0)],
        StepShade::Other => &[(0.0, 0.64)],
        StepShade::Event => &[(0.0, 0.3)],
    }
}

#[cfg(test)]
mod tests {
    use super::bands;
    use crate::engine::report::StepShade;

    #[test]
    fn no_two_kinds_look_alike_without_colours() {
        let mut shapes = StepShade::ALL.map(|shade| format!("{:?}", bands(shade))).to_vec();
        shapes.sort_unstable();
        shapes.dedup();
        assert_eq!(shapes.len(), StepShade::ALL.len());
    }
}
