//! How it is drawn: Leptos. Reads state and reports, computes nothing.

pub mod browser;
