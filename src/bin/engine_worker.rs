//! The worker's entry, nothing else.

fn main() {}
