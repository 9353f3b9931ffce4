//! Matchers, and the demands that are made of them.

use crate::case::diagnostic::Diagnostic;
use crate::case::model::{ContentDemand, Demands, FieldDemand, Matcher, Template};
use crate::case::pattern::Pattern;
use crate::case::scope::Want;
use crate::case::vocabulary as words;
use crate::case::yaml::{Data, Node, Span};
use crate::wire::PduType;

use super::reader::{Args, Reader};

impl Reader<'_> {
    pub fn matcher(&mut self, node: &Node) -> Option<Matcher> {
        match &node.data {
            Data::Null => Some(Matcher::Absent),
            Data::Text(text) => match text.as_str() {
                "absent" => Some(Matcher::Absent),
                "present" => Some(Matcher::Present),
                _ => self.template(node).map(Matcher::Equals),
            },
            Data::List(_) => Some(Matcher::Set(self.templates(node))),
            Data::Map(entries) => {
                let args = self.args(node, "a matcher", words::MATCHERS)?;
                let mut all: Vec<Matcher> = Vec::new();
                for (key, value) in args.iter() {
                    match key.text.as_str() {
                        "instant" => all.extend(self.instant(value, &args)),
                        "within" if args.get("instant").is_some() => {}
                        name => all.extend(self.one_matcher(name, value, &key.span)),
                    }
                }
                match (entries.len(), all.len()) {
                    (0, _) => {
                        self.error(Diagnostic::at(
                            &node.span,
                            "an empty matcher matches nothing".to_owned(),
                        ));
                        None
                    }
                    (_, 1) => all.pop(),
                    _ => Some(Matcher::All(all)),
                }
            }
        }
    }

    fn one_matcher(&mut self, name: &str, value: &Node, key: &Span) -> Option<Matcher> {
        match name {
            "present" | "absent" => {
                let yes = value.is_null() || self.yes(Some(value), name);
                Some(if (name == "present") == yes {
                    Matcher::Present
                } else {
                    Matcher::Absent
                })
            }
            "not" => self.matcher(value).map(|m| Matcher::Not(Box::new(m))),
            "if-present" => self.matcher(value).map(|m| Matcher::IfPresent(Box::new(m))),
            _ if value.is_null() => {
                self.error(Diagnostic::at(key, format!("`{name}:` has no value")));
                None
            }
            "equals" => self.template(value).map(Matcher::Equals),
            "in" => Some(Matcher::In(self.templates(value))),
            "set" => Some(Matcher::Set(self.templates(value))),
            "matches" => {
                let text = self.text(value, "a regular expression")?;
                match Pattern::new(text) {
                    Ok(pattern) => Some(Matcher::Matches(pattern)),
                    Err(error) => {
                        let reason = error.to_string();
                        let reason = reason
                            .lines()
                            .last()
                            .unwrap_or_default()
                            .trim_start_matches("error: ");
                        self.error(Diagnostic::at(
                            &value.span,
                            format!("this is no regular expression: {reason}"),
                        ));
                        None
                    }
                }
            }
            "range" => self.range(value),
            "octets" => hex(self, value).map(Matcher::Octets),
            "all" => Some(Matcher::All(self.matchers(value, "`all`"))),
            "any" => Some(Matcher::Any(self.matchers(value, "`any`"))),
            "within" => {
                self.error(Diagnostic::at(
                    key,
                    "`within:` stands beside `instant:` only".to_owned(),
                ));
                None
            }
            _ => None,
        }
    }

    fn matchers(&mut self, list: &Node, of: &str) -> Vec<Matcher> {
        let items = self.list(list, of);
        items.iter().filter_map(|item| self.matcher(item)).collect()
    }

    fn instant(&mut self, of: &Node, args: &Args<'_>) -> Option<Matcher> {
        // `{ instant: { of: now, within: 5s } }` says the same.
        let nested = match of.map() {
            Some(_) => Some(self.args(of, "`instant`", words::INSTANT)?),
            None => None,
        };
        let (of, args) = match &nested {
            Some(nested) => (nested.get("of")?, nested),
            None => (of, args),
        };
        let Some(within) = args.get("within") else {
            self.error(
                Diagnostic::at(&args.at, "`instant:` needs `within:` beside it".to_owned())
                    .help("`{ instant: now, within: 5s }`"),
            );
            return None;
        };
        Some(Matcher::Instant {
            of: self.template(of)?,
            within: self.duration(within, "`within`")?,
        })
    }

    fn range(&mut self, node: &Node) -> Option<Matcher> {
        let text = self.text(node, "a range")?;
        let bounds = text.split_once("..").map(|(a, b)| (a.trim(), b.trim()));
        let good = |bound: &str| bound.is_empty() || bound.contains('$') || bound.parse::<i64>().is_ok();
        match bounds {
            Some((from, to)) if good(from) && good(to) && !(from.is_empty() && to.is_empty()) => {
                let mut bound = |text: &str| -> Option<Template> {
                    (!text.is_empty()).then(|| self.template_of(text, &node.span, Want::Text))
                };
                Some(Matcher::Range {
                    from: bound(from),
                    to: bound(to),
                })
            }
            _ => {
                self.error(
                    Diagnostic::at(&node.span, format!("`{text}` is no range"))
                        .help("write `400..499`, `1..` or `..$limit.message-size`; bounds are included"),
                );
                None
            }
        }
    }

    /// `headers:` or `where:` of an expectation about these PDUs.
    pub fn field_demands(&mut self, node: Option<&Node>, pdus: &[PduType]) -> Vec<FieldDemand> {
        let mut demands = self.demand_map(node, "headers");
        for demand in &mut demands {
            let (demand, span) = (&demand.0, &demand.1);
            let absent = matches!(demand.matcher, Matcher::Absent);
            self.check_demanded(&demand.name, span, pdus, absent);
            self.check_tokens(&demand.name, &demand.matcher, span);
        }
        demands.into_iter().map(|(demand, _)| demand).collect()
    }

    /// Demands on aspects with fixed names.
    pub fn aspects(&mut self, node: Option<&Node>, what: &str, known: &[&str]) -> Vec<FieldDemand> {
        let demands = self.demand_map(node, what);
        for (demand, span) in &demands {
            if !known.contains(&demand.name.as_str()) {
                self.error(
                    Diagnostic::at(span, format!("`{what}:` has no `{}`", demand.name))
                        .suggest(&demand.name, known.iter().copied()),
                );
            }
        }
        demands.into_iter().map(|(demand, _)| demand).collect()
    }

    fn demand_map(&mut self, node: Option<&Node>, what: &str) -> Vec<(FieldDemand, Span)> {
        let Some(node) = node else { return Vec::new() };
        let help = "write `Field: value`, one for each demand";
        let Some(entries) = self.entries(node, &format!("`{what}:`"), help) else {
            return Vec::new();
        };
        entries
            .iter()
            .filter_map(|(key, value)| {
                let matcher = self.matcher(value)?;
                let demand = FieldDemand {
                    name: key.text.clone(),
                    source: key.span.source(),
                    matcher,
                };
                Some((demand, key.span.clone()))
            })
            .collect()
    }

    fn check_tokens(&mut self, field: &str, matcher: &Matcher, span: &Span) {
        match matcher {
            Matcher::Equals(value) => self.check_token(field, value, span),
            Matcher::Not(inner) | Matcher::IfPresent(inner) => self.check_tokens(field, inner, span),
            Matcher::In(values) | Matcher::Set(values) => {
                for value in values {
                    self.check_token(field, value, span);
                }
            }
            Matcher::All(all) | Matcher::Any(all) => {
                for matcher in all {
                    self.check_tokens(field, matcher, span);
                }
            }
            _ => {}
        }
    }

    /// Everything an expectation, a `should:` or a rule demands of an event.
    pub fn demands(&mut self, args: &Args<'_>, pdus: &[PduType]) -> Demands {
        Demands {
            headers: self.field_demands(args.get("headers"), pdus),
            content: args.said("content").and_then(|node| self.content_demand(node)),
            http: self
                .demand_map(args.get("http"), "http")
                .into_iter()
                .map(|(demand, _)| demand)
                .collect(),
            smtp: self.aspects(args.get("smtp"), "smtp", words::SMTP_ASPECTS),
            push: self.aspects(args.get("push"), "push", words::PUSH_ASPECTS),
            dns: self.aspects(args.get("dns"), "dns", words::DNS_ASPECTS),
            no_findings: args
                .get("findings")
                .map(|node| self.findings(node))
                .unwrap_or_default(),
        }
    }

    fn content_demand(&mut self, node: &Node) -> Option<ContentDemand> {
        let source = node.span.source();
        match &node.data {
            // `content: ~` comes from a row that has nothing to say.
            Data::Null => None,
            Data::Text(text) => match text.as_str() {
                "present" => Some(ContentDemand::Present { source }),
                "absent" => Some(ContentDemand::Absent { source }),
                _ => self.content(node).map(|of| ContentDemand::Same {
                    of,
                    names: false,
                    source,
                }),
            },
            _ => {
                let args = self.args(node, "a demand on the content", words::CONTENT_DEMANDS)?;
                if let Some(of) = args.get("same-content") {
                    let source = of.span.source();
                    let names = args.said("same-names").is_some();
                    return self
                        .content(of)
                        .map(|of| ContentDemand::Same { of, names, source });
                }
                let absent = args.said("absent").is_some();
                Some(if absent {
                    ContentDemand::Absent { source }
                } else {
                    ContentDemand::Present { source }
                })
            }
        }
    }

    /// A content: the name of a fixture, or `$capture`.
    pub fn content(&mut self, node: &Node) -> Option<Template> {
        let text = self.text(node, "a content")?;
        if let Some(size) = text.strip_suffix(" octets") {
            if !size.contains('$') && size.parse::<u32>().is_err() {
                self.error(
                    Diagnostic::at(&node.span, format!("`{size}` is no number of octets"))
                        .help("`300000 octets`, or `$limit.message-size octets`"),
                );
            }
            return Some(self.template_of(text, &node.span, Want::Text));
        }
        if !text.contains('$')
            && let Some(known) = &self.library.contents
            && !known.contains(text)
        {
            self.error(
                Diagnostic::at(&node.span, format!("no fixture is called `{text}`"))
                    .suggest(text, known.iter().map(String::as_str)),
            );
        }
        Some(self.template_of(text, &node.span, Want::Content))
    }

    fn findings(&mut self, node: &Node) -> Vec<(String, crate::case::Source)> {
        let Some(args) = self.args(node, "`findings`", words::FINDINGS_KEYS) else {
            return Vec::new();
        };
        let Some(none) = args.get("none") else {
            return Vec::new();
        };
        self.texts(none, "a finding's code")
            .into_iter()
            .map(|(code, span)| (code.to_owned(), span.source()))
            .collect()
    }
}

/// Hex digits, blanks between them allowed.
pub(crate) fn hex(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<u8>> {
    let text = reader.text(node, "octets")?;
    let digits: String = text.split_whitespace().collect();
    match hex::decode(&digits) {
        Ok(octets) => Some(octets),
        Err(_) => {
            reader.error(
                Diagnostic::at(&node.span, format!("`{text}` are no octets"))
                    .help("two hex digits for each: `\"89 1F FF\"`"),
            );
            None
        }
    }
}
