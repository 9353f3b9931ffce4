//! YAML → octets: a PDU in the words of a case's `send:`, and the carriers around it.

mod bearer;
mod carrier;
mod content;
mod gateway;
mod pdu;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::{
    Args, Diagnostic, KeyDef, Library, Node, Reader, Shape, SourceFile, World, may, read_hex, read_yaml,
};
use crate::wire::Content;
use crate::wire::push::sms;

/// Contents that can be named.
pub type Contents = BTreeMap<String, Content>;

/// What a recipe may refer to.
pub(super) struct Pantry<'a> {
    pub contents: &'a Contents,
    /// Reads a file that a content names.
    pub file: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

/// The keys that say what a message is.
const FORMS: &[&str] = &[
    "pdu",
    "send",
    "push",
    "octets",
    "user-data",
    "sms-deliver",
    "sms-submit",
    "smpp",
    "kannel",
    "pap",
    "stream",
];

const OCTETS: &[KeyDef] = &[may("octets", Shape::Hex, "exactly these octets")];

/// Makes the octets that a YAML text describes. `contents` are those that `content: NAME` can name, `file` reads what
/// `file: PATH` names.
///
/// # Errors
/// Everything that is wrong with the text, each with its place.
pub fn encode(
    source_name: &str,
    text: &str,
    contents: &Contents,
    file: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let root = read_yaml(&Arc::new(SourceFile {
        name: source_name.to_owned(),
        text: Arc::from(text),
    }))?;
    let library = Library {
        contents: Some(contents.keys().cloned().collect()),
        ..Library::default()
    };
    let mut reader = Reader::new(&library, World::default());
    let octets = message(&mut reader, &root, &Pantry { contents, file });
    match octets {
        Some(octets) if reader.problems.is_empty() => Ok(octets),
        _ if reader.problems.is_empty() => Err(vec![Diagnostic::at(
            &root.span,
            "nothing can be made of this".to_owned(),
        )]),
        _ => Err(reader.problems),
    }
}

/// A message: a PDU, a carrier, or octets.
fn message(reader: &mut Reader<'_>, node: &Node, pantry: &Pantry<'_>) -> Option<Vec<u8>> {
    let help =
        "write `pdu: M-Send.req` with `headers:` and `content:`, or a carrier such as `push: { pdu: … }`";
    let entries = reader.entries(node, "what to encode", help)?;
    let mut forms = entries
        .iter()
        .filter(|(key, _)| FORMS.contains(&key.text.as_str()));
    match (forms.next(), forms.next()) {
        (Some((key, value)), None) => match key.text.as_str() {
            "octets" => {
                reader.args(node, "octets", OCTETS)?;
                read_hex(reader, value)
            }
            "push" => carrier::push(reader, node, value, pantry),
            form if !["pdu", "send"].contains(&form) => {
                if let Some((other, _)) = entries.iter().find(|(key, _)| key.text != form) {
                    let problem = format!("`{}` beside `{form}`: one file is one message", other.text);
                    reader.error(Diagnostic::at(&other.span, problem));
                    return None;
                }
                bearer_of(reader, form, value, pantry)
            }
            _ => pdu::pdu(reader, node, &key.text, value, pantry),
        },
        (Some(_), Some((second, _))) => {
            let problem = format!(
                "`{}` beside another message: one file is one message",
                second.text
            );
            reader.error(Diagnostic::at(&second.span, problem));
            None
        }
        (None, _) => {
            let (span, word) = entries
                .first()
                .map_or((&node.span, ""), |(key, _)| (&key.span, key.text.as_str()));
            let problem = Diagnostic::at(span, "this does not say what to encode".to_owned())
                .suggest(word, FORMS.iter().copied())
                .help(help);
            reader.error(problem);
            None
        }
    }
}

fn bearer_of(reader: &mut Reader<'_>, form: &str, object: &Node, pantry: &Pantry<'_>) -> Option<Vec<u8>> {
    match form {
        "user-data" => bearer::user_data(reader, object, pantry),
        "sms-deliver" => bearer::sms(reader, sms::Kind::Deliver, object, pantry),
        "sms-submit" => bearer::sms(reader, sms::Kind::Submit, object, pantry),
        "smpp" => bearer::smpp(reader, object, pantry),
        "kannel" => gateway::kannel(reader, object, pantry),
        "pap" => gateway::pap(reader, object, pantry),
        _ => {
            let messages = reader.list(object, "`stream`").iter();
            let messages: Option<Vec<Vec<u8>>> = messages.map(|item| message(reader, item, pantry)).collect();
            messages.map(|messages| messages.concat())
        }
    }
}

/// What a carrier carries: `pdu: { pdu: NAME, … }`, `push: { … }`, `octets: "…"`.
fn payload(reader: &mut Reader<'_>, args: &Args<'_>, pantry: &Pantry<'_>) -> Option<Vec<u8>> {
    let mut given = args.iter().filter(|(key, _)| FORMS.contains(&key.text.as_str()));
    match (given.next(), given.next()) {
        (Some((key, value)), None) => match key.text.as_str() {
            "octets" => read_hex(reader, value),
            "push" => carrier::push_of(reader, value, pantry),
            "user-data" => bearer::user_data(reader, value, pantry),
            _ if value.map().is_none() => {
                let problem = format!(
                    "what is carried is a message of its own, and this is {}",
                    value.what()
                );
                let help = format!("write `{}: {{ pdu: M-Notification.ind, headers: … }}`", key.text);
                reader.error(Diagnostic::at(&value.span, problem).help(help));
                None
            }
            _ => message(reader, value, pantry),
        },
        (Some(_), Some((second, _))) => {
            let problem = "a carrier carries one thing".to_owned();
            reader.error(Diagnostic::at(&second.span, problem));
            None
        }
        (None, _) => {
            let problem = Diagnostic::at(&args.at, "this carries nothing".to_owned())
                .help("say what: `pdu: { pdu: M-Notification.ind, … }`, or `octets: \"8C 82\"`");
            reader.error(problem);
            None
        }
    }
}
