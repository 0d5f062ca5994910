use leptos::prelude::*;

use crate::view_model::collection::Grade;
use crate::view_model::format;

/// Length of the ring's line, its radius being 36.
const ROUND: f64 = 226.195;

/// A score from 0 to 100 as a ring.
#[component]
pub fn Ring(value: f64) -> impl IntoView {
    let dash = format!("{:.1} {ROUND}", value.clamp(0.0, 100.0) / 100.0 * ROUND);
    let class = format!("ring ring--{}", Grade::of(value).token());
    view! {
        <svg class=class viewBox="0 0 84 84" role="img" aria-label=format!("Score {} of 100", format::score(value))>
            <circle class="ring__track" cx="42" cy="42" r="36" />
            <circle class="ring__value" cx="42" cy="42" r="36" stroke-dasharray=dash transform="rotate(-90 42 42)" />
            <text class="ring__number" x="42" y="47" text-anchor="middle">{format::score(value)}</text>
            <text class="ring__unit" x="42" y="60" text-anchor="middle">"of 100"</text>
        </svg>
    }
}

/// A part of the score as a bar with its number.
#[component]
pub fn Meter(label: &'static str, value: Option<f64>) -> impl IntoView {
    let grade = value.map_or("none", |value| Grade::of(value).token());
    let share = format!("{:.1}%", value.unwrap_or(0.0).clamp(0.0, 100.0));
    view! {
        <div class=format!("meter meter--{grade}")>
            <span>{label}</span>
            <i class="meter__track" style=("--share", share)></i>
            <b>{value.map_or_else(|| "–".to_owned(), format::score)}</b>
        </div>
    }
}
