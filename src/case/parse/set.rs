//! `set:` — how a fake party behaves from now on.

use crate::case::behaviour::{HttpRule, SmppRule, SmtpAct, SmtpRule, SmtpStage};
use crate::case::diagnostic::{Diagnostic, nearest};
use crate::case::model::{Action, Behaviour, Set};
use crate::case::vocabulary as words;
use crate::case::world::NodeKind;
use crate::case::yaml::Node;
use crate::wire::push::smpp::{STATUSES, status_by_name};
use crate::wire::table::{Kind, field};

use super::reader::{Args, Reader};

impl Reader<'_> {
    pub fn set(&mut self, object: &Node, args: &Args<'_>) -> Option<Action> {
        if let Some(shape) = self.shape_set(object, args) {
            return shape;
        }
        if let Some(dns) = self.dns_set(object, args) {
            return dns;
        }
        let given: Vec<_> = ["smtp", "http", "smpp", "acknowledge", "home"]
            .into_iter()
            .filter_map(|k| args.said(k).map(|node| (k, node)))
            .collect();
        let [(what, value)] = given[..] else {
            self.error(Diagnostic::at(
                &args.at,
                "`set` says one of `smtp:`, `http:`, `smpp:`, `acknowledge:`, `home:`, `shape:`, `radio:`, or what the \
                 DNS says of a name"
                    .to_owned(),
            ));
            return None;
        };
        let node = match what {
            "http" | "smpp" | "home" => self.node(object, "user agent", |k| *k == NodeKind::User)?,
            _ => self.node(object, "peer MMSE", |k| *k == NodeKind::Peer)?,
        };
        let behaviour = match what {
            "smtp" => Behaviour::Smtp(
                self.list(value, "`smtp`")
                    .iter()
                    .filter_map(|rule| self.smtp_rule(rule))
                    .collect(),
            ),
            "http" => Behaviour::Http(
                self.list(value, "`http`")
                    .iter()
                    .filter_map(|rule| self.http_rule(rule))
                    .collect(),
            ),
            "smpp" => Behaviour::Smpp(
                self.list(value, "`smpp`")
                    .iter()
                    .filter_map(|rule| self.smpp_rule(rule))
                    .collect(),
            ),
            "home" => Behaviour::Home(self.homes(value)?),
            _ => Behaviour::Acknowledge(self.acknowledge(value)?),
        };
        Some(Action::Set(Set {
            source: object.span.source(),
            node,
            behaviour,
        }))
    }

    fn smtp_rule(&mut self, node: &Node) -> Option<SmtpRule> {
        let args = self.args(node, "an SMTP rule", words::SMTP_RULE)?;
        let at = match self.word(args.get("at")?, "place in a session", words::SMTP_STAGES)? {
            "connect" => SmtpStage::Connect,
            "ehlo" => SmtpStage::Ehlo,
            "mail" => SmtpStage::Mail,
            "rcpt" => SmtpStage::Rcpt,
            "data" => SmtpStage::Data,
            _ => SmtpStage::EndOfData,
        };
        let act = match (args.get("reply"), args.get("drop"), args.get("delay")) {
            (Some(reply), None, None) => SmtpAct::Reply(self.reply(reply)?),
            (None, Some(drop), None) if self.yes(Some(drop), "`drop`") => SmtpAct::Drop,
            (None, None, Some(delay)) => SmtpAct::Delay(self.duration(delay, "`delay`")?),
            _ => {
                self.error(
                    Diagnostic::at(&args.at, "an SMTP rule does one thing".to_owned())
                        .help("`reply: \"451 4.3.0 later\"`, `drop: true` or `delay: 2s`"),
                );
                return None;
            }
        };
        Some(SmtpRule {
            at,
            act,
            times: self.rule_times(&args),
        })
    }

    fn reply(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node, "a reply")?;
        let code = text.as_bytes().get(..3).unwrap_or(b"");
        let good = matches!(code.first(), Some(b'2'..=b'5'))
            && code.iter().all(u8::is_ascii_digit)
            && matches!(text.as_bytes().get(3), None | Some(b' ' | b'-'));
        if !good {
            self.error(
                Diagnostic::at(&node.span, format!("`{text}` is no SMTP reply"))
                    .help("a code of three digits, a blank, a text: `451 4.3.0 later`"),
            );
        }
        good.then(|| text.to_owned())
    }

    fn http_rule(&mut self, node: &Node) -> Option<HttpRule> {
        let args = self.args(node, "an HTTP rule", words::HTTP_RULE)?;
        let status_node = args.get("status")?;
        let status: u16 = self.number(status_node, "an HTTP status")?;
        if !(100..600).contains(&status) {
            self.error(Diagnostic::at(
                &status_node.span,
                format!("{status} is no HTTP status"),
            ));
        }
        Some(HttpRule {
            status,
            times: self.rule_times(&args),
        })
    }

    fn smpp_rule(&mut self, node: &Node) -> Option<SmppRule> {
        let args = self.args(node, "an SMPP rule", words::SMPP_RULE)?;
        Some(SmppRule {
            status: self.command_status(args.get("status")?)?,
            times: self.rule_times(&args),
        })
    }

    /// `ESME_RMSGQFUL`, `0x14` or `20`.
    fn command_status(&mut self, node: &Node) -> Option<u32> {
        let text = self.text(node, "a command_status")?;
        let number = match text.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        };
        let status = number.or_else(|| status_by_name(text));
        if status.is_none() {
            let known = STATUSES.iter().map(|(_, name)| *name);
            self.error(
                Diagnostic::at(&node.span, format!("`{text}` is no command_status of SMPP"))
                    .suggest(text, known)
                    .help("a name of SMPP 3.4 §5.1.3 (`ESME_RTHROTTLED`), or a number: `0x58`, `88`"),
            );
        }
        status
    }

    fn rule_times(&mut self, args: &Args<'_>) -> u32 {
        args.get("times")
            .and_then(|node| self.count(node, "`times`"))
            .unwrap_or(0)
    }

    /// `no`, or the status of the RES; `~` and `yes` mean Ok.
    fn acknowledge(&mut self, node: &Node) -> Option<Option<String>> {
        if node.is_null() {
            return Some(Some("Ok".to_owned()));
        }
        let text = self.text(node, "`acknowledge`")?;
        match text.to_ascii_lowercase().as_str() {
            "no" | "false" => return Some(None),
            "yes" | "true" => return Some(Some("Ok".to_owned())),
            _ => {}
        }
        let status = field("X-Mms-Request-Status-Code").map(|f| f.kind);
        let Some(kind @ Kind::Token(list)) = status else {
            return Some(Some(text.to_owned()));
        };
        let near = nearest(text, list.iter().map(|(name, _)| *name));
        // A status that nobody knows can be meant; one that is nearly right is a slip.
        if let Some(near) = near.filter(|_| kind.token_octet(text).is_none()) {
            self.error(
                Diagnostic::at(&node.span, format!("`{text}` is no status of a RES"))
                    .label(format!("did you mean `{near}`?")),
            );
            return None;
        }
        Some(Some(text.to_owned()))
    }
}
