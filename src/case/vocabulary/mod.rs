//! The words of the case language, once, as data: parser, lint, JSON Schema and the page for authors read these tables.

mod keys;
mod names;
mod shape;
mod verbs;

pub(crate) use keys::{
    ALWAYS, CASE, CONTENT_DEMANDS, DAMAGES, EXPECT, FIELD_OCTETS, FINDINGS_KEYS, HTTP_RULE, INSTANT, LINES,
    MATCHERS, MX, NAPTR, NODE, REPEAT, RULE, SHAPE, SHOULD, SMPP_RULE, SMTP_RULE,
};
pub(crate) use names::*;
pub(crate) use shape::{Key, Shape, Verb, may, need};
pub(crate) use verbs::VERBS;
