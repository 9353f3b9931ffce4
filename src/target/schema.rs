//! The JSON Schema of target files, for editors.

use schemars::Schema;

use super::Target;

/// Written from the types that read target files; what is filled in between `{{` and `}}` is text to it.
pub fn schema() -> Schema {
    schemars::schema_for!(Target)
}
