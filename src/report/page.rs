//! A page that needs nothing else, from its template.

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

/// The page that the template makes of these values, all of them escaped.
///
/// # Errors
/// What the template engine says.
pub(super) fn render(template: &str, values: &impl Serialize) -> Result<String, String> {
    // The name's ending is what makes the engine escape.
    const NAME: &str = "page.html";
    let mut environment = Environment::new();
    environment
        .add_template(NAME, template)
        .map_err(|e| e.to_string())?;
    let page = environment.get_template(NAME).map_err(|e| e.to_string())?;
    let mut text = page.render(Serde(values)).map_err(|e| e.to_string())?;
    text.push('\n');
    Ok(text)
}
