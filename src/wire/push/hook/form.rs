//! Where things are in a request, as a target file says it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::kannel::percent;

/// The form of a relay's requests.
///
/// ```yaml
/// number: { query: to }
/// pdu: { in: { field: message.data }, holds: wsp, coding: base64 }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HookForm {
    pub number: NumberAt,
    #[serde(default)]
    pub pdu: PduForm,
}

/// Where the number of the recipient is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NumberAt {
    /// A parameter of the query.
    Query(String),
    /// A header field of the request.
    Header(String),
    /// A segment of the path.
    Path(PathPattern),
    /// A field of the body: of a form, of multipart/form-data, or of JSON, where dots lead into objects and arrays
    /// (`messages.0.to`).
    Field(String),
}

/// Where the PDU is and how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PduForm {
    /// Where it is; all of the body if not said.
    #[serde(default, rename = "in")]
    pub place: PduIn,
    /// `pdu` or `wsp`; `pdu` if not said.
    #[serde(default)]
    pub holds: Holds,
    /// `raw`, `hex` or `base64`; `raw` if not said.
    #[serde(default)]
    pub coding: Coding,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PduIn {
    /// All of the body.
    #[default]
    Body,
    /// A parameter of the query.
    Query(String),
    /// A header field of the request.
    Header(String),
    /// A field of the body, as for the number.
    Field(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// The PDU of MM1, such as M-Notification.ind. Whoever gets it makes a WSP push of it.
    #[default]
    Pdu,
    /// A WSP push.
    Wsp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Coding {
    /// The octets themselves; escapes of a query or a form are undone.
    #[default]
    Raw,
    Hex,
    /// With `+/` or `-_`, with or without `=`.
    Base64,
}

/// The path of requests with `{number}` as one of its segments or in one, such as `/users/{number}/push`; `*` is any segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^/.*\\{number\\}"))]
pub struct PathPattern(String);

/// A text is no pattern of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPattern {
    #[error("a path begins with `/`: write it as in `/push/{MARK}`")]
    NoSlash,
    #[error("the path has to have {MARK} once, as in `/push/{MARK}`")]
    NotOnce,
}

const MARK: &str = "{number}";

impl PathPattern {
    /// The number in a path, escapes undone; none if the path is of another form.
    pub fn number(&self, path: &str) -> Option<String> {
        let mut number = None;
        let mut segments = path.split('/');
        for wanted in self.0.split('/') {
            let segment = segments.next()?;
            match wanted.split_once(MARK) {
                Some((before, after)) => {
                    let found = segment.strip_prefix(before)?.strip_suffix(after)?;
                    let octets = percent::decode(found.as_bytes(), false).octets;
                    number = Some(String::from_utf8_lossy(&octets).into_owned());
                }
                None if wanted == "*" || wanted == segment => {}
                None => return None,
            }
        }
        // A slash at the end makes no difference.
        let rest: Vec<&str> = segments.collect();
        number.filter(|number| !number.is_empty() && matches!(rest[..], [] | [""]))
    }
}

impl TryFrom<String> for PathPattern {
    type Error = NoPattern;

    fn try_from(text: String) -> Result<PathPattern, NoPattern> {
        if !text.starts_with('/') {
            return Err(NoPattern::NoSlash);
        }
        if text.matches(MARK).count() != 1 {
            return Err(NoPattern::NotOnce);
        }
        Ok(PathPattern(text))
    }
}

impl From<PathPattern> for String {
    fn from(pattern: PathPattern) -> String {
        pattern.0
    }
}

/// For a person: `the parameter to of the query`.
impl fmt::Display for NumberAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NumberAt::Query(name) => write!(f, "the parameter {name} of the query"),
            NumberAt::Header(name) => write!(f, "the header field {name}"),
            NumberAt::Path(pattern) => write!(f, "the path, which should be {}", pattern.0),
            NumberAt::Field(name) => write!(f, "the field {name} of the body"),
        }
    }
}

/// For a person: `the field data of the body`.
impl fmt::Display for PduIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PduIn::Body => f.write_str("the body"),
            PduIn::Query(name) => write!(f, "the parameter {name} of the query"),
            PduIn::Header(name) => write!(f, "the header field {name}"),
            PduIn::Field(name) => write!(f, "the field {name} of the body"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Result<PathPattern, NoPattern> {
        text.to_owned().try_into()
    }

    #[test]
    fn a_path_holds_a_number() {
        let number = |form: &str, path: &str| pattern(form).unwrap().number(path);
        assert_eq!(
            number("/push/{number}", "/push/%2B155501").as_deref(),
            Some("+155501")
        );
        assert_eq!(
            number("/push/{number}", "/push/155501/").as_deref(),
            Some("155501")
        );
        assert_eq!(
            number("/*/tel:{number}/mms", "/v1/tel:+155501/mms").as_deref(),
            Some("+155501")
        );
        assert_eq!(number("/push/{number}", "/push/"), None);
        assert_eq!(number("/push/{number}", "/push/1/2"), None);
        assert_eq!(number("/push/{number}", "/other/1"), None);
        assert_eq!(number("/push/{number}/x", "/push/1"), None);
        assert_eq!(pattern("push/{number}"), Err(NoPattern::NoSlash));
        assert_eq!(pattern("/push"), Err(NoPattern::NotOnce));
        assert_eq!(
            NoPattern::NotOnce.to_string(),
            "the path has to have {number} once, as in `/push/{number}`"
        );
    }
}
