//! `send:` and `dialogue:` — what a party says.

use crate::case::diagnostic::Diagnostic;
use crate::case::model::{Action, Dialogue, FieldDemand, Line, Send, SendWhat, Template};
use crate::case::scope::Want;
use crate::case::vocabulary as words;
use crate::case::world::NodeKind;
use crate::case::yaml::{Node, Span};
use crate::wire::{PduType, Protocol};

use super::reader::{Args, Reader};

impl Reader<'_> {
    /// `send:` with its arguments, and the name it gets.
    pub fn send(&mut self, object: &Node, args: &Args<'_>) -> Option<(Action, Option<String>)> {
        match object.text() {
            Some("GET") => self.send_get(args),
            Some("repeat") => self.send_repeat(args),
            _ => self.send_pdu(object, args),
        }
    }

    fn send_pdu(&mut self, object: &Node, args: &Args<'_>) -> Option<(Action, Option<String>)> {
        let pdu = self.pdu(object)?;
        let from = match pdu.protocol() {
            Protocol::Mm1 => self.user_agent(args),
            Protocol::Mm4 => self.node(args.get("from")?, "peer MMSE", |k| *k == NodeKind::Peer),
        };
        let foreign: &[&str] = match pdu.protocol() {
            Protocol::Mm1 => &["mail-from", "rcpt-to"],
            Protocol::Mm4 => &["http"],
        };
        for (key, _) in args.iter().filter(|(k, _)| foreign.contains(&k.text.as_str())) {
            self.error(Diagnostic::at(
                &key.span,
                format!("{pdu} does not travel that way: it has no `{}:`", key.text),
            ));
        }
        let headers = self.headers(args.get("headers"), pdu);
        let send = Send {
            what: SendWhat::Pdu(pdu),
            from: from?,
            to: self.relay(args.get("to")),
            content: args.get("content").and_then(|node| self.sent_content(node)),
            damage: self.damage(args.get("damage"), pdu),
            mail_from: args.get("mail-from").and_then(|node| self.template(node)),
            rcpt_to: args.get("rcpt-to").map(|node| self.templates(node)),
            http_headers: self.http_headers(args.get("http")),
            headers,
        };
        let fields = send.headers.iter().map(|h| h.name.clone()).collect();
        let capture = self.capture(args.get("as"), vec![pdu], fields);
        Some((Action::Send(Box::new(send)), capture))
    }

    fn send_get(&mut self, args: &Args<'_>) -> Option<(Action, Option<String>)> {
        let url = self.template(args.get("url")?)?;
        let from = self.user_agent(args)?;
        let mut send = plain(SendWhat::Get(url), from);
        send.to = self.relay(args.get("to"));
        send.http_headers = self.http_headers(args.get("http"));
        let capture = self.capture(args.get("as"), Vec::new(), Vec::new());
        Some((Action::Send(Box::new(send)), capture))
    }

    fn send_repeat(&mut self, args: &Args<'_>) -> Option<(Action, Option<String>)> {
        let of = args.get("of")?;
        let text = self.text(of, "`of`")?;
        let (captured, source) = self.captured(text, &of.span)?;
        let of = Template {
            raw: format!("${{{}}}", captured.name),
            source,
        };
        let from = self.node(args.get("from")?, "party", |k| {
            matches!(k, NodeKind::User | NodeKind::Peer)
        })?;
        let mut send = plain(SendWhat::Again(of), from);
        send.to = self.relay(args.get("to"));
        let capture = self.capture(args.get("as"), captured.pdus, captured.fields);
        Some((Action::Send(Box::new(send)), capture))
    }

    /// The content of a PDU to send; `none` sends it without.
    fn sent_content(&mut self, node: &Node) -> Option<Template> {
        match node.text() {
            Some("none") => Some(self.template_of("none", &node.span, Want::Content)),
            _ => self.content(node),
        }
    }

    pub fn pdu(&mut self, node: &Node) -> Option<PduType> {
        let text = self.text(node, "a PDU")?;
        let found = PduType::from_name(text);
        if found.is_none() {
            self.error(
                Diagnostic::at(&node.span, format!("`{text}` is no PDU of MM1 or MM4"))
                    .suggest(text, PduType::ALL.iter().map(|p| p.name())),
            );
        }
        found
    }

    fn user_agent(&mut self, args: &Args<'_>) -> Option<String> {
        self.node(args.get("from")?, "user agent", |k| *k == NodeKind::User)
    }

    /// A node of the case that is of this kind.
    pub fn node(&mut self, node: &Node, what: &str, wanted: impl Fn(&NodeKind) -> bool) -> Option<String> {
        let name = self.text(node, what)?;
        let bare = name.trim_start_matches('$');
        let problem = match self.world.nodes.get(bare) {
            Some(kind) if wanted(kind) && bare == name => return Some(name.to_owned()),
            Some(kind) if wanted(kind) => Diagnostic::at(
                &node.span,
                format!("`{name}` is a node, and nodes have no dollar here"),
            )
            .label(format!("write `{bare}`")),
            Some(NodeKind::Subscriber(peer)) => Diagnostic::at(
                &node.span,
                format!("`{name}` is a user of the peer `{peer}`, no {what}"),
            )
            .help(format!(
                "the suite plays `{peer}`: what is meant for `{name}` arrives there"
            )),
            Some(_) => Diagnostic::at(&node.span, format!("`{name}` is no {what}"))
                .help(format!("there is {}", self.world.names(&wanted).join(", "))),
            None => Diagnostic::at(&node.span, format!("this case has no {what} `{name}`"))
                .suggest(name, self.world.names(&wanted)),
        };
        self.error(problem);
        None
    }

    pub fn relay(&mut self, node: Option<&Node>) -> Option<String> {
        self.node(node?, "relay", |k| *k == NodeKind::Relay)
    }

    pub fn dialogue(&mut self, args: &Args<'_>) -> Option<Action> {
        let from = self.node(args.get("from")?, "peer MMSE", |k| *k == NodeKind::Peer)?;
        let lines_node = args.get("lines")?;
        let lines: Vec<Line> = self
            .list(lines_node, "`lines`")
            .iter()
            .filter_map(|node| self.line(node, &from))
            .collect();
        Some(Action::Dialogue(Dialogue {
            source: args.at.source(),
            from,
            to: self.relay(args.get("to")),
            lines,
        }))
    }

    fn line(&mut self, node: &Node, from: &str) -> Option<Line> {
        let first = node.map().and_then(|m| m.first()).map(|(k, _)| k.text.as_str());
        let form = words::LINES
            .iter()
            .find(|keys| keys.iter().any(|k| k.required && node.get(k.name).is_some()));
        let Some(form) = form else {
            let names = words::LINES.iter().map(|keys| keys[0].name);
            self.error(
                Diagnostic::at(
                    &node.span,
                    "a line of a dialogue says, or hears, one thing".to_owned(),
                )
                .suggest(first.unwrap_or_default(), names),
            );
            return None;
        };
        let args = self.args(node, "this line", form)?;
        let verb = form[0].name;
        let value = args.get(verb)?;
        let source = key_span(&args, verb).source();
        match verb {
            "send" => Some(Line::Send {
                text: self.template(value)?,
                source,
            }),
            "raw" => Some(Line::Raw {
                text: self.template(value)?,
                source,
            }),
            "message" => self.message_line(value, &args, from),
            _ => self.recv_line(value, &args),
        }
    }

    fn message_line(&mut self, object: &Node, args: &Args<'_>, from: &str) -> Option<Line> {
        let pdu = self.pdu(object)?;
        if pdu.protocol() != Protocol::Mm4 {
            self.error(Diagnostic::at(
                &object.span,
                format!("{pdu} does not travel over SMTP"),
            ));
        }
        let mut send = plain(SendWhat::Pdu(pdu), from.to_owned());
        send.headers = self.headers(args.get("headers"), pdu);
        send.content = args.get("content").and_then(|node| self.sent_content(node));
        send.damage = self.damage(args.get("damage"), pdu);
        let fields = send.headers.iter().map(|h| h.name.clone()).collect();
        Some(Line::Message {
            send: Box::new(send),
            source: object.span.source(),
            capture: self.capture(args.get("as"), vec![pdu], fields),
        })
    }

    fn recv_line(&mut self, code: &Node, args: &Args<'_>) -> Option<Line> {
        let source = key_span(args, "recv").source();
        let mut demands = Vec::new();
        for (name, node) in [("code", Some(code)), ("text", args.get("text"))] {
            let Some(node) = node else { continue };
            if let Some(matcher) = self.matcher(node) {
                demands.push(FieldDemand {
                    name: name.to_owned(),
                    source: node.span.source(),
                    matcher,
                });
            }
        }
        Some(Line::Recv {
            step: self.step_id(&args.at)?,
            demands,
            source,
            capture: self.capture(args.get("as"), Vec::new(), Vec::new()),
            tests: self.tests(args.get("tests")),
        })
    }
}

fn plain(what: SendWhat, from: String) -> Send {
    Send {
        what,
        from,
        to: None,
        headers: Vec::new(),
        content: None,
        damage: None,
        mail_from: None,
        rcpt_to: None,
        http_headers: Vec::new(),
    }
}

pub(super) fn key_span<'n>(args: &Args<'n>, name: &str) -> &'n Span {
    match args.entries.iter().find(|(k, _)| k.text == name) {
        Some((key, _)) => &key.span,
        None => &args.entries[0].0.span,
    }
}
