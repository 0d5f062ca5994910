//! How it is drawn: Leptos. Reads state and reports, computes nothing.
//!
//! `state` holds what is shown and the verbs that change it, `views` one folder or file per screen (see
//! [`views::ViewSpec`] for how to add one), `components` what several views share. Whatever of the browser
//! is needed beyond events and elements goes through `browser`.
#![expect(
    clippy::needless_pass_by_value,
    clippy::large_types_passed_by_value,
    reason = "components own what they are given, and state is a bundle of handles that is meant to be copied"
)]
#![expect(unreachable_pub, reason = "the macro of components makes more public than it should")]

mod app;
pub mod browser;
mod collection;
mod components;
mod state;
mod views;

pub use app::mount;
pub use collection::mount as mount_collection;
