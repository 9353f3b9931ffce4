//! YAML text → nodes that know where they stand. Every scalar stays the text it was written as: `Yes`, `1.0` and `+1555`
//! are strings; only `~` and an empty value are nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle};

use super::diagnostic::Diagnostic;
use super::model::Source;

/// Characters a file may have.
const MAX_CHARS: usize = 1 << 20;
/// How deep lists and maps may stand in each other.
const MAX_DEPTH: usize = 48;
/// Nodes a file may have after its aliases are followed.
const MAX_NODES: usize = 200_000;

/// A file that nodes come from.
#[derive(Debug)]
pub(crate) struct SourceFile {
    pub name: String,
    pub text: Arc<str>,
}

/// Where a node stands. Lines and columns count from 1, columns and `len` in characters.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub file: Arc<SourceFile>,
    pub line: u32,
    pub column: u32,
    pub len: u32,
    /// For a node of a group: where the case uses the group.
    pub used_at: Option<Arc<Span>>,
}

impl Span {
    /// The place in the case: for a node of a group, the `use:` that brought it in.
    pub fn source(&self) -> Source {
        self.used_at.as_ref().map_or_else(|| self.own(), |s| s.source())
    }

    /// The place where it was written.
    pub fn own(&self) -> Source {
        Source {
            file: self.file.name.clone(),
            line: self.line,
            column: self.column,
            len: self.len,
        }
    }
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub span: Span,
    pub data: Data,
}

#[derive(Debug, Clone)]
pub(crate) enum Data {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map and its place.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub text: String,
    pub span: Span,
}

impl Node {
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn list(&self) -> Option<&[Node]> {
        match &self.data {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn map(&self) -> Option<&[(Key, Node)]> {
        match &self.data {
            Data::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under a key, unless it is nothing.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?
            .iter()
            .find(|(k, v)| k.text == key && !v.is_null())
            .map(|(_, v)| v)
    }

    /// What it is, for a person.
    pub fn what(&self) -> String {
        match &self.data {
            Data::Null => "nothing".to_owned(),
            Data::Text(text) => format!("the text `{text}`"),
            Data::List(_) => "a list".to_owned(),
            Data::Map(_) => "a map".to_owned(),
        }
    }

    fn count(&self) -> usize {
        match &self.data {
            Data::Null | Data::Text(_) => 1,
            Data::List(items) => 1 + items.iter().map(Node::count).sum::<usize>(),
            Data::Map(entries) => 1 + entries.iter().map(|(_, v)| v.count()).sum::<usize>(),
        }
    }
}

/// Reads a file that holds one document.
///
/// # Errors
/// What keeps it from being read; several if keys stand twice.
pub(crate) fn read(file: &Arc<SourceFile>) -> Result<Node, Vec<Diagnostic>> {
    let mut builder = Builder {
        file,
        stack: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        documents: 0,
        root: None,
        problems: Vec::new(),
    };
    let start = builder.span(1, 1, 1);
    if file.text.len() > MAX_CHARS {
        return Err(vec![
            Diagnostic::at(&start, format!("the file has more than {MAX_CHARS} octets"))
                .help("split it into several cases"),
        ]);
    }
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    for event in Parser::new_from_str_with_options(&file.text, options) {
        let step = match event {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => {
                let mark = error.marker();
                let at = builder.span(mark.line().max(1), mark.col() + 1, 1);
                Err(Box::new(Diagnostic::at(
                    &at,
                    format!("this is not YAML: {}", error.info()),
                )))
            }
        };
        if let Err(problem) = step {
            builder.problems.push(*problem);
            return Err(builder.problems);
        }
    }
    match builder.root {
        Some(root) if builder.problems.is_empty() && !root.is_null() => Ok(root),
        _ if !builder.problems.is_empty() => Err(builder.problems),
        _ => Err(vec![Diagnostic::at(&start, "the file is empty".to_owned())]),
    }
}

/// A list or map that is not complete yet.
struct Frame {
    span: Span,
    start: usize,
    anchor: usize,
    kind: FrameKind,
}

enum FrameKind {
    List(Vec<Node>),
    Map {
        entries: Vec<(Key, Node)>,
        seen: HashSet<String>,
        key: Option<Key>,
    },
}

struct Builder<'a> {
    file: &'a Arc<SourceFile>,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    documents: usize,
    root: Option<Node>,
    problems: Vec<Diagnostic>,
}

impl Builder<'_> {
    fn span(&self, line: usize, column: usize, len: usize) -> Span {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            file: Arc::clone(self.file),
            line: number(line),
            column: number(column),
            len: number(len).max(1),
            used_at: None,
        }
    }

    /// The place of an event; what goes over several lines is marked on its first.
    fn place(&self, at: granit_parser::Span) -> Span {
        let source = at.slice(&self.file.text).unwrap_or("");
        let len = source.lines().next().map_or(0, |line| line.chars().count());
        self.span(at.start.line().max(1), at.start.col() + 1, len)
    }

    fn event(&mut self, event: Event<'_>, at: granit_parser::Span) -> Result<(), Box<Diagnostic>> {
        if event.tag().is_some() {
            return Err(Box::new(
                Diagnostic::at(&self.place(at), "YAML tags have no meaning here".to_owned())
                    .help("every scalar is text as it stands; leave the tag out"),
            ));
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Box::new(
                        Diagnostic::at(
                            &self.place(at),
                            "a file holds one case, and a second document begins here".to_owned(),
                        )
                        .help("give the second case a file of its own"),
                    ));
                }
            }
            Event::Scalar(text, style, anchor, _) => {
                let data = if text == "~" && style == ScalarStyle::Plain {
                    Data::Null
                } else {
                    Data::Text(text.into_owned())
                };
                let span = self.place(at);
                self.finish(Node { span, data }, anchor)?;
            }
            Event::SequenceStart(_, anchor, _) => self.open(at, anchor, FrameKind::List(Vec::new()))?,
            Event::MappingStart(_, anchor, _) => self.open(
                at,
                anchor,
                FrameKind::Map {
                    entries: Vec::new(),
                    seen: HashSet::new(),
                    key: None,
                },
            )?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(frame) = self.stack.pop() {
                    let anchor = frame.anchor;
                    let node = close(frame, at);
                    self.finish(node, anchor)?;
                }
            }
            Event::Alias(id) => {
                let Some(node) = self.anchors.get(&id).cloned() else {
                    return Err(Box::new(Diagnostic::at(
                        &self.place(at),
                        "this alias stands inside what it stands for".to_owned(),
                    )));
                };
                self.nodes += node.count();
                self.finish(node, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn open(
        &mut self,
        at: granit_parser::Span,
        anchor: usize,
        kind: FrameKind,
    ) -> Result<(), Box<Diagnostic>> {
        let span = self.place(at);
        if self.stack.len() >= MAX_DEPTH {
            return Err(Box::new(Diagnostic::at(
                &span,
                format!("lists and maps stand more than {MAX_DEPTH} deep in each other"),
            )));
        }
        self.stack.push(Frame {
            span,
            start: at.start.index(),
            anchor,
            kind,
        });
        Ok(())
    }

    /// Puts a complete node where it belongs.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Box<Diagnostic>> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(Box::new(Diagnostic::at(
                &node.span,
                format!("the file has more than {MAX_NODES} values, its aliases followed"),
            )));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut frame.kind {
            FrameKind::List(items) => items.push(node),
            FrameKind::Map { entries, seen, key } => match key.take() {
                Some(key) => entries.push((key, node)),
                None => {
                    let Data::Text(text) = node.data else {
                        return Err(Box::new(Diagnostic::at(
                            &node.span,
                            format!("a key is a text, and this is {}", node.what()),
                        )));
                    };
                    if !seen.insert(text.clone()) {
                        self.problems.push(
                            Diagnostic::at(&node.span, format!("the key `{text}` stands here twice")).help(
                                "a header that is to be repeated has a list: `To: [$bob.plmn, $carol.plmn]`",
                            ),
                        );
                    }
                    *key = Some(Key {
                        text,
                        span: node.span,
                    });
                }
            },
        }
        Ok(())
    }
}

fn close(frame: Frame, end: granit_parser::Span) -> Node {
    let mut span = frame.span;
    if end.end.line() == span.line as usize {
        let len = end.end.index().saturating_sub(frame.start);
        span.len = u32::try_from(len).unwrap_or(u32::MAX).max(1);
    }
    let data = match frame.kind {
        FrameKind::List(items) => Data::List(items),
        FrameKind::Map { entries, .. } => {
            if let Some((first, _)) = entries.first()
                && span.len <= 1
            {
                span.len = first.span.len;
            }
            Data::Map(entries)
        }
    };
    Node { span, data }
}
