//! A first target file, with comments, from what a newcomer knows of his relay.

use std::fmt::Write as _;

/// What the file says.
#[derive(Debug, Clone)]
pub struct Answers {
    pub name: String,
    /// `remote` or `command`.
    pub start: String,
    pub mm1_url: String,
    pub identity_header: String,
    pub mm4: String,
    pub domain: String,
    pub prefix: String,
    /// `kannel`, `smpp`, `pap`, `hook`, `wsp`.
    pub push: String,
    pub push_listen: String,
    pub peer_domain: String,
    pub peer_listen: String,
    pub peer_prefix: String,
}

impl Default for Answers {
    /// An example on loopback, with ports outside the range of outgoing connections.
    fn default() -> Self {
        let text = str::to_owned;
        Answers {
            name: text("my-relay"),
            start: text("remote"),
            mm1_url: text("http://127.0.0.1:8080/mms"),
            identity_header: text("X-WAP-Network-Client-MSISDN"),
            mm4: text("127.0.0.1:2025"),
            domain: text("mms.home.example"),
            prefix: text("+1555100"),
            push: text("kannel"),
            push_listen: text("127.0.0.1:13013"),
            peer_domain: text("mms.p.example"),
            peer_listen: text("127.0.0.1:2526"),
            peer_prefix: text("+1555200"),
        }
    }
}

impl Answers {
    /// The target file.
    pub fn render(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            r#"# A relay under test, as mmspec drives it. docs/targets.md explains every key; `mmspec schema target` is for editors.
#
#   mmspec target check {file}      can it be driven? what is missing?
#   mmspec run --target {file}      all cases

name: {name}
# version: "1.0"

{start}
# What the relay does not have, so that such cases do not apply. `mmspec target check` and a first run show what belongs here;
# denying what the standards make mandatory is a fail of its own.
lacks: []
#  - mm1.mmbox
#  - mm1.reply-charging

ixit:
  # Domain of its MMSE, and the mailbox of the relay itself.
  domain: {domain}
  system-address: {system}
  # Numbers that cases may use: every number that begins so must be a subscriber. A relay that knows each of its subscribers
  # takes `list: ["+15551000001", …]` or `range: {{ from: …, to: … }}`.
  numbers: {{ prefix: {prefix} }}
  # Octets; above them it refuses an MM.
  message-size: 300000
  mm1:
    # Where clients POST their PDUs.
    url: {mm1}
    # How it knows a client, as a WAP gateway tells it. {{number}} has a plus sign, {{digits}} has none.
    identity: {{ {header}: "{{number}}" }}
    # It notifies before the message can be fetched? Then try again after so many milliseconds.
    # fetch-again: [5, 50, 500]
  # Where it takes MM4 over SMTP.
  mm4: {{ to: {mm4} }}
  # Where it pushes notifications to; mmspec listens there and plays the gateway. Exactly one channel.
  push:
    {push}: {{ {push_keys} }}
  # Other MMSEs; mmspec plays them. The relay must send MM4 for these numbers and this domain to `listen`.
  peers:
    p: {{ domain: {peer_domain}, listen: {peer_listen}, prefix: {peer_prefix} }}

# Milliseconds; how long is waited at most, and for `quiet` how long nothing must come.
timers:
  notify: 10000
  mm4: 10000
  quiet: 500
"#,
            file = format_args!("{}.yaml", self.name),
            name = quoted(&self.name),
            start = self.start_section(),
            domain = quoted(&self.domain),
            system = quoted(&format!("system-user@{}", self.domain)),
            prefix = quoted(&self.prefix),
            mm1 = quoted(&self.mm1_url),
            header = self.identity_header,
            mm4 = quoted(&self.mm4),
            push = self.push,
            push_keys = self.push_keys(),
            peer_domain = quoted(&self.peer_domain),
            peer_listen = quoted(&self.peer_listen),
            peer_prefix = quoted(&self.peer_prefix),
        );
        out
    }

    fn start_section(&self) -> &'static str {
        match self.start.as_str() {
            "command" => {
                r#"# mmspec starts it, once for a run, and ends it afterwards.
start: command
processes:
  - name: relay
    # Program and arguments; no shell reads them.
    run: [./my-relay, --config, my-relay.conf]
    # What tells that it is ready: http, tcp, smtp, smpp-bind, log; all of them must hold.
    ready:
      - tcp: "127.0.0.1:8080"
    ready-within: 30000
    stop: { signal: TERM, grace: 10000 }
    # logs: [/var/log/my-relay.log]
"#
            }
            _ => "# It runs already; `command` would let mmspec start it.\nstart: remote\n",
        }
    }

    fn push_keys(&self) -> String {
        let listen = quoted(&self.push_listen);
        match self.push.as_str() {
            "smpp" => format!("listen: {listen}, system-id: my-relay, password: \"secret\""),
            _ => format!("listen: {listen}"),
        }
    }
}

/// A YAML scalar in double quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
