//! What every part of the parser needs: problems, checked keys, plain values, templates.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use crate::case::catalogue::is_id;
use crate::case::diagnostic::Diagnostic;
use crate::case::library::Library;
use crate::case::model::{HomeLookup, Phase, Source, StepId, Template, TestRef};
use crate::case::scope::{Captured, RESOLVED, Scope, Unknown, Want};
use crate::case::template::{Piece, pieces, sole_reference};
use crate::case::vocabulary::{self as words, Key as KeyDef};
use crate::case::world::{World, duration};
use crate::case::yaml::{Key, Node, Span};
use crate::wire::PduType;

/// Steps a script may have after its groups and repetitions are written out.
const MAX_STEPS: u32 = 100_000;

/// Reads one script.
pub(crate) struct Reader<'a> {
    pub library: &'a Library,
    pub world: World,
    pub scope: Scope,
    pub phase: Phase,
    pub home_lookup: HomeLookup,
    pub problems: Vec<Diagnostic>,
    /// Links that the case has shaped so far.
    pub shaped: BTreeSet<String>,
    /// Field names outside the standard's tables that this case sends.
    pub sent: BTreeSet<String>,
    /// The row that is read, for "this row has no such column".
    pub row: Option<String>,
    pub columns: BTreeSet<String>,
    /// How often each group was used without a name: it gets one.
    pub unnamed: BTreeMap<String, u32>,
    /// Groups that use groups.
    pub depth: u32,
    pub next: u32,
}

impl<'a> Reader<'a> {
    pub fn new(library: &'a Library, world: World) -> Self {
        Reader {
            library,
            world,
            scope: Scope::default(),
            phase: Phase::Setup,
            home_lookup: HomeLookup::default(),
            problems: Vec::new(),
            shaped: BTreeSet::new(),
            sent: BTreeSet::new(),
            row: None,
            columns: BTreeSet::new(),
            unnamed: BTreeMap::new(),
            depth: 0,
            next: 0,
        }
    }

    pub fn error(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// A new step number. Past the limit the script is refused.
    pub fn step_id(&mut self, at: &Span) -> Option<StepId> {
        self.next += 1;
        if self.next == MAX_STEPS + 1 {
            self.error(Diagnostic::at(
                at,
                format!("the case has more than {MAX_STEPS} steps"),
            ));
        }
        (self.next <= MAX_STEPS).then_some(StepId(self.next - 1))
    }

    /// The entries of a map; anything else is an error with this help.
    pub fn entries<'n>(&mut self, node: &'n Node, what: &str, help: &str) -> Option<&'n [(Key, Node)]> {
        let entries = node.map();
        if entries.is_none() {
            let problem = format!("{what} is a map, and this is {}", node.what());
            self.error(Diagnostic::at(&node.span, problem).help(help));
        }
        entries
    }

    /// The entries of a map whose keys are among `known`; unknown and missing ones are errors.
    pub fn args<'n>(&mut self, node: &'n Node, what: &str, known: &[KeyDef]) -> Option<Args<'n>> {
        let names: Vec<&str> = known.iter().map(|k| k.name).collect();
        let entries = self.entries(node, what, &format!("its keys are {}", names.join(", ")))?;
        let args = Args {
            at: node.span.clone(),
            entries,
        };
        self.check_keys(&args, what, known);
        Some(args)
    }

    /// Unknown keys and missing ones are errors.
    pub fn check_keys(&mut self, args: &Args<'_>, what: &str, known: &[KeyDef]) {
        for (key, _) in args.entries {
            if known.iter().any(|k| k.name == key.text) {
                continue;
            }
            let problem = Diagnostic::at(&key.span, format!("{what} has no `{}`", key.text))
                .suggest(&key.text, known.iter().map(|k| k.name));
            self.error(problem);
        }
        for key in known.iter().filter(|k| k.required) {
            if args.get(key.name).is_none() {
                self.error(
                    Diagnostic::at(&args.at, format!("{what} needs `{}:`", key.name))
                        .help(format!("`{}:` {}", key.name, key.about)),
                );
            }
        }
    }

    pub fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = node.text();
        if text.is_none() {
            self.error(Diagnostic::at(
                &node.span,
                format!("{what} is a text, and this is {}", node.what()),
            ));
        }
        text
    }

    pub fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match node.list() {
            Some(items) => items,
            None => {
                self.error(
                    Diagnostic::at(
                        &node.span,
                        format!("{what} is a list, and this is {}", node.what()),
                    )
                    .help("write `[one, two]`, or a line with `-` for each"),
                );
                &[]
            }
        }
    }

    /// One text or a list of texts.
    pub fn texts<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(&'n str, Span)> {
        let items = match node.list() {
            Some(items) => items,
            None => std::slice::from_ref(node),
        };
        items
            .iter()
            .filter_map(|item| self.text(item, what).map(|t| (t, item.span.clone())))
            .collect()
    }

    /// A kebab-case name; letters of both cases are fine.
    pub fn name(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.text(node, what)?;
        let good = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && !text.ends_with('-')
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !good {
            self.error(
                Diagnostic::at(&node.span, format!("`{text}` is no {what}"))
                    .help("letters, digits and hyphens, a letter first"),
            );
        }
        good.then(|| text.to_owned())
    }

    pub fn number<T: std::str::FromStr>(&mut self, node: &Node, what: &str) -> Option<T> {
        let text = self.text(node, what)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.error(Diagnostic::at(
                &node.span,
                format!("{what} is a number, and this is `{text}`"),
            ));
        }
        number
    }

    /// A number above zero.
    pub fn count(&mut self, node: &Node, what: &str) -> Option<u32> {
        let number = self.number(node, what)?;
        if number == 0 {
            self.error(Diagnostic::at(&node.span, format!("{what} is at least 1")));
            return None;
        }
        Some(number)
    }

    pub fn yes(&mut self, node: Option<&Node>, what: &str) -> bool {
        let Some(node) = node else { return false };
        match node.text().map(str::to_ascii_lowercase).as_deref() {
            Some("true" | "yes") => true,
            Some("false" | "no") => false,
            _ => {
                self.error(Diagnostic::at(
                    &node.span,
                    format!("{what} is `true` or `false`, and this is {}", node.what()),
                ));
                false
            }
        }
    }

    pub fn word<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<&'n str> {
        let text = self.text(node, what)?;
        if known.contains(&text) {
            return Some(text);
        }
        self.error(
            Diagnostic::at(&node.span, format!("`{text}` is no {what}")).suggest(text, known.iter().copied()),
        );
        None
    }

    pub fn duration(&mut self, node: &Node, what: &str) -> Option<std::time::Duration> {
        let text = self.text(node, what)?;
        let parsed = duration(text);
        if parsed.is_none() {
            self.error(bad_duration(text, &node.span));
        }
        parsed
    }

    /// `within:` and its like: a duration or a reference to one.
    pub fn wait(&mut self, node: Option<&Node>) -> Option<Template> {
        let node = node?;
        let text = self.text(node, "a duration")?;
        if sole_reference(text).is_none() && duration(text).is_none() {
            self.error(bad_duration(text, &node.span));
            return None;
        }
        let template = self.template(node)?;
        Some(template)
    }

    /// A text with references, each of which must mean something here.
    pub fn template(&mut self, node: &Node) -> Option<Template> {
        let text = self.text(node, "this")?;
        Some(self.template_of(text, &node.span, Want::Text))
    }

    pub fn template_of(&mut self, text: &str, span: &Span, want: Want) -> Template {
        Template {
            raw: self.resolved(text, span, want, false),
            source: span.source(),
        }
    }

    pub fn templates(&mut self, node: &Node) -> Vec<Template> {
        let items = match node.list() {
            Some(items) => items,
            None => std::slice::from_ref(node),
        };
        items.iter().filter_map(|item| self.template(item)).collect()
    }

    /// The text with its references in the runner's form; `mark` keeps them from being looked up again in a group.
    pub fn resolved(&mut self, text: &str, span: &Span, want: Want, mark: bool) -> String {
        let mut out = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text("$") => out.push_str("$$"),
                Piece::Text(plain) => out.push_str(plain),
                Piece::Stray => {
                    self.error(
                        Diagnostic::at(span, "this dollar begins no reference".to_owned())
                            .help("a dollar that is meant is written `$$`"),
                    );
                }
                Piece::Reference(reference, whole) => {
                    match self.scope.resolve(reference, want, &self.world) {
                        Ok(name) if mark => {
                            out.push_str(&format!("${{{}{name}}}", RESOLVED));
                        }
                        Ok(name) if name == reference => out.push_str(whole),
                        Ok(name) => out.push_str(&format!("${{{name}}}")),
                        Err(unknown) => self.unknown(span, reference, unknown),
                    }
                }
            }
        }
        out
    }

    fn unknown(&mut self, span: &Span, reference: &str, unknown: Unknown) {
        let column = reference.split('.').next().unwrap_or(reference);
        let problem = if self.columns.contains(column)
            && let Some(row) = &self.row
        {
            Diagnostic::at(span, format!("the row `{row}` has no column `{column}`")).help(format!(
                "every row has the same columns; write `{column}: ~` where there is nothing to say"
            ))
        } else {
            let problem = Diagnostic::at(span, unknown.message).label(unknown.label);
            match unknown.help {
                Some(help) => problem.help(help),
                None => problem,
            }
        };
        self.error(problem);
    }

    pub fn tests(&mut self, node: Option<&Node>) -> Vec<TestRef> {
        let Some(node) = node else { return Vec::new() };
        let mut tests: Vec<TestRef> = Vec::new();
        for (id, span) in self.texts(node, "a test purpose") {
            if let Some(problem) = self.wrong_test(id, &span) {
                self.error(problem);
            } else if tests.iter().any(|t| t.id == id) {
                self.error(Diagnostic::at(&span, format!("`{id}` stands here twice")));
            } else {
                tests.push(TestRef {
                    id: id.to_owned(),
                    source: span.source(),
                });
            }
        }
        tests
    }

    fn wrong_test(&self, id: &str, span: &Span) -> Option<Diagnostic> {
        if !is_id(id) {
            return Some(
                Diagnostic::at(span, format!("`{id}` is no id of a test purpose"))
                    .help("ids look like `TP-M4I-06`"),
            );
        }
        let catalogue = self.library.catalogue.as_ref()?;
        catalogue.get(id).is_none().then(|| {
            Diagnostic::at(span, format!("the catalogue has no test purpose `{id}`"))
                .suggest(id, catalogue.iter().map(|p| p.id.as_str()))
        })
    }

    /// Makes the step's event known under its `as:`, and says what the runner calls it.
    pub fn capture(
        &mut self,
        node: Option<&Node>,
        pdus: Vec<PduType>,
        fields: Vec<String>,
    ) -> Option<String> {
        let node = node?;
        let name = self.name(node, "name for a capture")?;
        self.capture_as(&name, &node.span, pdus, fields)
    }

    fn capture_as(
        &mut self,
        name: &str,
        span: &Span,
        pdus: Vec<PduType>,
        fields: Vec<String>,
    ) -> Option<String> {
        if self.world.nodes.contains_key(name) || words::RESERVED.contains(&name) {
            self.error(
                Diagnostic::at(span, format!("`{name}` is the name of something else already"))
                    .help("choose another name"),
            );
            return None;
        }
        let canonical = self.scope.canonical(name);
        let captured = Captured {
            name: canonical.clone(),
            pdus,
            fields,
        };
        if !self.scope.define(name, captured) {
            self.error(Diagnostic::at(
                span,
                format!("an earlier step is called `{name}` already"),
            ));
        }
        Some(canonical)
    }

    /// `$capture` or `capture`, alone: the runner's name for it.
    pub fn captured(&mut self, text: &str, span: &Span) -> Option<(Captured, Source)> {
        let name = sole_reference(text).unwrap_or(text);
        let found = match name.strip_prefix(RESOLVED) {
            Some(resolved) => Ok(Captured {
                name: resolved.to_owned(),
                ..Captured::default()
            }),
            None => self.scope.capture(name).cloned(),
        };
        match found {
            Ok(captured) => Some((captured, span.source())),
            Err(unknown) => {
                self.unknown(span, name, unknown);
                None
            }
        }
    }
}

fn bad_duration(text: &str, span: &Span) -> Diagnostic {
    Diagnostic::at(span, format!("`{text}` is no duration"))
        .help("write `500ms`, `2s`, `1m`, or `$timer.quiet`")
}

/// The entries of a map, and where errors about the whole belong.
pub(crate) struct Args<'n> {
    pub at: Span,
    pub entries: &'n [(Key, Node)],
}

impl<'n> Args<'n> {
    /// The value of a key, unless it is nothing.
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries
            .iter()
            .find(|(k, v)| k.text == name && !v.is_null())
            .map(|(_, v)| v)
    }

    /// The value of a key, `~` too.
    pub fn said(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(k, _)| k.text == name).map(|(_, v)| v)
    }
}

impl Deref for Args<'_> {
    type Target = [(Key, Node)];

    fn deref(&self) -> &Self::Target {
        self.entries
    }
}
