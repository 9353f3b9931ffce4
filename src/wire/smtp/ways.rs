//! How MM4 goes between two MMSEs, as plain data: what a client of SMTP says and shows, what a server demands, and the command
//! that stands where there is no SMTP.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// How a client speaks SMTP. The default is EHLO with its host's name, no TLS and no AUTH.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SmtpWays {
    /// The word of its greeting.
    pub helo: Greeting,
    /// The name in its greeting; `None`: the name of its host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<Credentials>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<ClientTls>,
    /// How it writes numbers in MAIL and RCPT.
    pub paths: Paths,
}

/// The word with which a client introduces itself (RFC 5321 §4.1.1.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Greeting {
    /// EHLO; HELO only to a server that does not know it.
    #[default]
    Ehlo,
    Helo,
}

/// The form of a number in an envelope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Paths {
    /// `+15551230001/TYPE=PLMN@mms.home.example`
    #[default]
    Qualified,
    /// `+15551230001/TYPE=PLMN`
    Unqualified,
}

/// Who a client is (RFC 4954).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Credentials {
    #[serde(default)]
    pub mechanism: Mechanism,
    pub username: String,
    pub password: Secret,
}

/// A mechanism of AUTH.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    #[default]
    Plain,
    Login,
}

impl Mechanism {
    /// As AUTH names it.
    pub fn name(self) -> &'static str {
        match self {
            Mechanism::Plain => "PLAIN",
            Mechanism::Login => "LOGIN",
        }
    }
}

/// How a client uses TLS (RFC 3207, RFC 8314 §3.3). It gives up rather than go on in clear text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClientTls {
    /// PEM file of the certificates it trusts; no others.
    pub root: PathBuf,
    #[serde(default)]
    pub mode: TlsMode,
    /// The name that the server's certificate must have; `None`: the address it is reached at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    #[default]
    Starttls,
    /// With the first octet.
    Implicit,
}

/// What a server offers and demands besides RFC 5321. The default is neither AUTH nor STARTTLS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SmtpTerms {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<Login>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<ServerTls>,
}

/// The one login that a server knows, by PLAIN and by LOGIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Login {
    pub username: String,
    pub password: Secret,
    /// No mail is taken without it.
    #[serde(default)]
    pub demanded: bool,
}

/// A server's STARTTLS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServerTls {
    /// PEM file: the server's certificate, then those that lead to the root.
    pub certificate: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
    /// No mail is taken, and no password, without TLS.
    #[serde(default)]
    pub demanded: bool,
}

/// A command that takes one message for one recipient: on standard input, with the envelope in its arguments. Exit code 0 is
/// "taken".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MailCommand {
    /// Program and arguments; no shell reads them. `{from}` and `{to}` stand for the paths of the envelope, without angle brackets.
    pub command: Vec<String>,
    #[serde(default)]
    pub line_ends: LineEnds,
    /// Added to the environment it inherits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Where it runs; `None`: where mmspec does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<PathBuf>,
    /// Name or number of the user it runs as; needs the right to become that user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Milliseconds after which it is killed; `None`: as long as an answer may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    #[serde(default)]
    pub paths: Paths,
}

impl MailCommand {
    /// This program with these arguments, and nothing particular.
    pub fn new(command: Vec<String>) -> MailCommand {
        MailCommand {
            command,
            line_ends: LineEnds::Lf,
            environment: BTreeMap::new(),
            directory: None,
            user: None,
            timeout_ms: None,
            paths: Paths::Qualified,
        }
    }

    /// The command line for one recipient.
    pub fn line(&self, from: &str, to: &str) -> Vec<String> {
        let fill = |word: &String| fill(word, &[("{from}", from), ("{to}", to)]);
        self.command.iter().map(fill).collect()
    }
}

/// Line ends of a message on standard input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LineEnds {
    /// As files have them, and mail commands expect them.
    #[default]
    Lf,
    Crlf,
}

impl LineEnds {
    /// A message of the wire with these line ends.
    pub fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            LineEnds::Crlf => message.to_vec(),
            LineEnds::Lf => {
                let mut out = Vec::with_capacity(message.len());
                for (at, octet) in message.iter().enumerate() {
                    if *octet != b'\r' || message.get(at + 1) != Some(&b'\n') {
                        out.push(*octet);
                    }
                }
                out
            }
        }
    }

    /// The line ends of a message that came on standard input: those of its first line.
    pub fn found(message: &[u8]) -> LineEnds {
        match memchr::memchr(b'\n', message) {
            Some(end) if end > 0 && message[end - 1] == b'\r' => LineEnds::Crlf,
            _ => LineEnds::Lf,
        }
    }

    /// A message with these line ends as it goes over the wire. One that has CRLF goes as it is: what looks like a line end in it
    /// may be content.
    pub fn to_wire(self, message: &[u8]) -> Vec<u8> {
        if self == LineEnds::Crlf {
            return message.to_vec();
        }
        let mut out = Vec::with_capacity(message.len() + message.len() / 32);
        for octet in message {
            if *octet == b'\n' && out.last() != Some(&b'\r') {
                out.push(b'\r');
            }
            out.push(*octet);
        }
        out
    }

    /// `lf`, `crlf`
    pub fn name(self) -> &'static str {
        match self {
            LineEnds::Lf => "lf",
            LineEnds::Crlf => "crlf",
        }
    }
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for who has to send or compare it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

/// Puts values in place of names; a value is not read again.
fn fill(word: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        match values.iter().find(|(name, _)| from.starts_with(name)) {
            Some((name, value)) => {
                out.push_str(value);
                rest = &from[name.len()..];
            }
            None => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_go_there_and_back() {
        let wire = b"A: b\r\n\r\none\r\n\r\rtwo\rthree\r\n";
        let file = LineEnds::Lf.of(wire);
        assert_eq!(file, b"A: b\n\none\n\r\rtwo\rthree\n");
        assert_eq!(LineEnds::found(&file), LineEnds::Lf);
        assert_eq!(LineEnds::found(wire), LineEnds::Crlf);
        assert_eq!(LineEnds::Lf.to_wire(&file), wire);
        assert_eq!(LineEnds::Crlf.to_wire(b"a\r\nb\nc"), b"a\r\nb\nc");
    }

    #[test]
    fn words_of_a_command_are_filled_once() {
        let words = ["x", "-f", "{from}", "<{to}>", "{from", "{}{to}"];
        let command = MailCommand::new(words.map(str::to_owned).to_vec());
        assert_eq!(
            command.line("{to}", "b c"),
            ["x", "-f", "{to}", "<b c>", "{from", "{}b c"]
        );
    }

    #[test]
    fn a_secret_is_not_shown() {
        let ways: SmtpWays =
            serde_saphyr::from_str("auth: { username: u, password: hunter2 }\ntls: { root: r.pem }").unwrap();
        let auth = ways.auth.clone().unwrap();
        assert_eq!(auth.password.reveal(), "hunter2");
        assert!(!format!("{ways:?}").contains("hunter2"));
        assert!(!serde_json::to_string(&ways).unwrap().contains("hunter2"));
        assert!(serde_saphyr::from_str::<SmtpWays>("helo: helo\nfoo: 1").is_err());
    }
}
