//! Whole files.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::sync::Arc;

use crate::case::diagnostic::Diagnostic;
use crate::case::dns::Routing;
use crate::case::expand::Substitution;
use crate::case::library::Library;
use crate::case::lint;
use crate::case::model::{
    Action, Behaviour, Body, Cost, HomeLookup, Phase, Script, Selector, Set, Source, Topology,
};
use crate::case::vocabulary as words;
use crate::case::world::World;
use crate::case::yaml::{self, Data, Node, SourceFile};

use crate::wire::ics;

use super::nodes::nodes;
use super::reader::{Args, Reader};
use super::rows::{Row, Rows, rows};
use super::topologies::by_topology;

/// After this many errors the rest is not said.
const MAX_PROBLEMS: usize = 50;

/// Reads one case file: one script for each row, or one.
///
/// # Errors
/// Everything that is wrong with the case, in reading order.
pub fn load(source_name: &str, text: &str, library: &Library) -> Result<Vec<Script>, Vec<Diagnostic>> {
    let file = Arc::new(SourceFile {
        name: source_name.to_owned(),
        text: Arc::from(text),
    });
    let root = yaml::read(&file)?;
    let mut problems = Vec::new();
    let rows = rows(&root, &mut problems);
    let mut used = BTreeSet::new();
    let mut scripts = Vec::new();
    for row in &rows.rows {
        let mut substitution = Substitution::new(&row.bindings);
        let node = match row.name {
            Some(_) => Cow::Owned(filled(&root, &mut substitution)),
            None => Cow::Borrowed(&root),
        };
        used.append(&mut substitution.used);
        problems.append(&mut substitution.problems);
        for (topology, node) in by_topology(&node, &mut problems) {
            let (script, mut found) = script(&node, row, topology.as_deref(), &rows, &file, library);
            problems.append(&mut found);
            scripts.extend(script);
        }
        if problems.len() > MAX_PROBLEMS {
            break;
        }
    }
    if problems.is_empty() {
        for column in rows.columns.iter().filter(|c| !used.contains(&c.text)) {
            problems.push(
                Diagnostic::at(
                    &column.span,
                    format!("nothing in the case uses the column `{}`", column.text),
                )
                .help(format!(
                    "write `${}` where its value belongs, or leave the column out",
                    column.text
                )),
            );
        }
    }
    if problems.is_empty() {
        Ok(scripts)
    } else {
        Err(tidy(problems))
    }
}

/// Reads many files. What is right is loaded although others are wrong; two cases with one id are an error.
pub fn load_all<'t>(
    files: impl IntoIterator<Item = (&'t str, &'t str)>,
    library: &Library,
) -> (Vec<Script>, Vec<Diagnostic>) {
    let files: Vec<(&str, &str)> = files.into_iter().collect();
    let mut scripts: Vec<Script> = Vec::new();
    let mut problems = Vec::new();
    for loaded in load_each(&files, library) {
        match loaded {
            Err(mut found) => problems.append(&mut found),
            Ok(mut loaded) => scripts.append(&mut loaded),
        }
    }
    problems.append(&mut duplicate_ids(&scripts));
    (scripts, problems)
}

/// Reads files side by side on all cores, and gives what they hold in the files' order.
fn load_each(files: &[(&str, &str)], library: &Library) -> Vec<Result<Vec<Script>, Vec<Diagnostic>>> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    // Neighbours are of one kind and size: dealing them out in turn gives each core as much as the others.
    let loaded: Vec<Vec<_>> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..cores)
            .map(|core| {
                let hand = files.iter().skip(core).step_by(cores);
                scope.spawn(move || {
                    hand.map(|(name, text)| load(name, text, library))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        hands
            .into_iter()
            .map(|hand| {
                hand.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    let mut hands: Vec<_> = loaded.into_iter().map(Vec::into_iter).collect();
    (0..files.len()).filter_map(|i| hands[i % cores].next()).collect()
}

/// Cases of different files that have one id: an error at the second.
pub fn duplicate_ids<S: AsRef<Script>>(scripts: &[S]) -> Vec<Diagnostic> {
    let mut ids: HashMap<&str, &Source> = HashMap::new();
    let mut problems = Vec::new();
    for script in scripts.iter().map(AsRef::as_ref) {
        let first = *ids.entry(&script.case_id).or_insert(&script.source);
        let second = *first != script.source;
        // Every row of the second case has the same place.
        if second && !problems.iter().any(|p: &Diagnostic| p.source == script.source) {
            problems.push(Diagnostic {
                source: script.source.clone(),
                text: Arc::clone(&script.text),
                message: format!("another case is called `{}` already", script.case_id),
                label: format!("the other is at {first}"),
                help: Vec::new(),
                used_at: None,
            });
        }
    }
    problems
}

/// The case with a row's values in their places. Its id and its rows stay as they are.
fn filled(root: &Node, substitution: &mut Substitution<'_>) -> Node {
    let Some(entries) = root.map() else {
        return root.clone();
    };
    let entries = entries
        .iter()
        .map(|(key, value)| {
            let value = match key.text.as_str() {
                "id" | "examples" => value.clone(),
                _ => substitution.apply(value),
            };
            (key.clone(), value)
        })
        .collect();
    Node {
        span: root.span.clone(),
        data: Data::Map(entries),
    }
}

fn script(
    node: &Node,
    row: &Row,
    listed: Option<&str>,
    rows: &Rows,
    file: &Arc<SourceFile>,
    library: &Library,
) -> (Option<Script>, Vec<Diagnostic>) {
    let mut reader = Reader::new(library, World::default());
    reader.row = row.name.clone();
    reader.columns = rows
        .columns
        .iter()
        .filter(|c| !row.bindings.has(&c.text))
        .map(|c| c.text.clone())
        .collect();
    let script = read_script(&mut reader, node, row, listed, rows, file);
    let mut problems = reader.problems;
    if problems.is_empty()
        && let Some(script) = &script
    {
        problems = lint::check(script);
    }
    (script, problems)
}

fn read_script(
    reader: &mut Reader<'_>,
    node: &Node,
    row: &Row,
    listed: Option<&str>,
    rows: &Rows,
    file: &Arc<SourceFile>,
) -> Option<Script> {
    let always = node.get("kind").is_some();
    let keys = if always { words::ALWAYS } else { words::CASE };
    let args = reader.args(node, "a case", keys)?;
    let case_id = args.get("id").and_then(|id| reader.name(id, "id for a case"));
    let topology = if always {
        Some(Topology::OneRelay)
    } else {
        topology(reader, &args)
    };
    if always {
        reader.word(args.get("kind")?, "kind of case", &["always"]);
    }
    let nodes = match topology {
        Some(topology) => {
            reader.world = World::of(topology);
            nodes(reader, args.get("nodes"))
        }
        // Without nodes every step would be an error.
        None => return None,
    };
    if let Some(word) = args.get("home-lookup") {
        reader.home_lookup = HomeLookup::from_word(reader.word(word, "home look-up", HomeLookup::WORDS)?);
    }
    for column in &rows.columns {
        if reader.world.nodes.contains_key(&column.text) {
            reader.error(Diagnostic::at(
                &column.span,
                format!("`{}` is a node, and no name for a column", column.text),
            ));
        }
    }
    let body = if always {
        Body::Always(reader.rules(args.get("rules")?))
    } else {
        let mut steps = args
            .get("setup")
            .map(|setup| reader.steps(setup))
            .unwrap_or_default();
        reader.phase = Phase::Steps;
        if let Some(node) = args.get("steps") {
            steps.extend(reader.steps(node));
        }
        Body::Scenario(steps)
    };
    let cost = match args.get("cost") {
        None => Cost::Normal,
        Some(node) => match reader.word(node, "cost", &["load", "long"])? {
            "load" => Cost::Load,
            _ => Cost::Long,
        },
    };
    let routing = match args.get("routing") {
        Some(node) => {
            let word = reader.word(node, "way to route", words::ROUTINGS)?;
            Routing::ALL.iter().find(|(name, _)| *name == word)?.1
        }
        None => implied_routing(&body),
    };
    let mut requires = requires(reader, args.get("requires"));
    for item in routing.requires() {
        if !requires.iter().any(|r| r == item) {
            requires.push((*item).to_owned());
        }
    }
    let title = args
        .get("title")
        .and_then(|t| reader.text(t, "a title"))?
        .to_owned();
    let case_id = case_id?;
    let row_name = match (&row.name, listed) {
        (Some(name), Some(topology)) => Some(format!("{name}@{topology}")),
        (None, Some(topology)) => Some(topology.to_owned()),
        (name, None) => name.clone(),
    };
    let mut script = Script {
        id: match &row_name {
            Some(name) => format!("{case_id}[{name}]"),
            None => case_id.clone(),
        },
        source: args.get("id")?.span.source(),
        case_id,
        row: row_name,
        title,
        text: Arc::clone(&file.text),
        topology: topology?,
        requires,
        routing,
        home_lookup: reader.home_lookup,
        nodes,
        body,
        cost,
    };
    if tells_an_smsc(&script) && !script.requires.iter().any(|r| r == VIA_SMSC) {
        script.requires.push(VIA_SMSC.to_owned());
    }
    Some(script)
}

/// The ICS item of relays that push through an SMSC.
const VIA_SMSC: &str = "push.smpp";

/// Cases that say what an SMSC answers are about relays that have one.
fn tells_an_smsc(script: &Script) -> bool {
    script.steps().any(|step| match &step.action {
        Action::Set(set) => matches!(set.behaviour, Behaviour::Smpp(_)),
        _ => false,
    })
}

/// Cases that say something of the DNS are about routing by it: by ENUM if they say something of a number's name.
fn implied_routing(body: &Body) -> Routing {
    let Body::Scenario(steps) = body else {
        return Routing::Static;
    };
    let mut routing = Routing::Static;
    for step in steps {
        match &step.action {
            Action::Set(Set {
                behaviour: Behaviour::Dns(dns),
                ..
            }) => {
                let name = dns.name.references().into_iter().any(|r| r.ends_with(".enum"));
                if name {
                    return Routing::Enum;
                }
                routing = Routing::Mx;
            }
            Action::Expect(expect) if expect.select == Selector::DnsQuery => routing = Routing::Mx,
            _ => {}
        }
    }
    routing
}

fn topology(reader: &mut Reader<'_>, args: &Args<'_>) -> Option<Topology> {
    let node = args.get("topology")?;
    let name = reader.text(node, "a topology")?;
    if let Some((_, topology)) = Topology::ALL.iter().find(|(n, _)| *n == name) {
        return Some(*topology);
    }
    let known = Topology::ALL.iter().map(|(n, _)| *n);
    let problem = Diagnostic::at(&node.span, format!("there is no topology `{name}`"));
    reader.error(problem.suggest(name, known));
    None
}

fn requires(reader: &mut Reader<'_>, node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    let mut items = Vec::new();
    for (text, span) in reader.texts(node, "an ICS item") {
        let item = text.strip_prefix("not ").unwrap_or(text);
        if ics::item(item).is_some() {
            items.push(text.to_owned());
        } else {
            let known = ics::ITEMS.iter().map(|i| i.name);
            reader.error(
                Diagnostic::at(&span, format!("`{item}` is no ICS item"))
                    .suggest(item, known)
                    .help("docs/targets.md lists them; `not mm1.mmbox` is for relays that do not claim it"),
            );
        }
    }
    items
}

/// In reading order, each said once, not too many.
fn tidy(mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    problems.retain(|p| {
        seen.insert((
            p.source.file.clone(),
            p.source.line,
            p.source.column,
            p.message.clone(),
        ))
    });
    problems.sort_by_key(|p| (p.source.line, p.source.column));
    problems.truncate(MAX_PROBLEMS);
    problems
}
