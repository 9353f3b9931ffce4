//! What every text for people is written with: untrusted text made harmless, words for a shell, colours. Imports nobody.

pub mod json;
mod paint;
mod text;

pub use paint::Paint;
pub use text::{shell_word, visible, visible_lines, visible_up_to};
