//! The detectors, one a file.

use super::Detector;

/// Every detector, in the order in which findings of equal rank are listed.
pub(super) static ALL: &[&dyn Detector] = &[];
