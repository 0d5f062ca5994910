//! What several views share. One component, one file, one CSS prefix.

mod chip;
mod dialog;
mod doctor;
mod hit_text;
mod icon;
mod marked_text;
mod meter;
mod notice;
mod palette;
mod query_field;
mod query_menu;
mod quote_cards;
mod rules;
mod step_text;
mod top_bar;
mod virtual_list;
mod weights;

pub use chip::{OutcomeChip, SeverityChip};
pub use dialog::{Dialog, KeysDialog};
pub use doctor::DoctorDialog;
pub use hit_text::HitText;
pub use icon::{Glyph, Icon};
pub use marked_text::MarkedText;
pub use meter::{Meter, Ring};
pub use notice::NoticeBar;
pub use palette::PaletteDialog;
pub use query_field::{QueryBox, QueryField};
pub use quote_cards::QuoteCards;
pub use rules::RulesDialog;
pub use step_text::StepText;
pub use top_bar::TopBar;
pub use virtual_list::VirtualList;
pub use weights::{Weights, WeightsDialog};
