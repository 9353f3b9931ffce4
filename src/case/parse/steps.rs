//! Steps, and the verbs that hold other steps.

use std::sync::Arc;

use crate::case::diagnostic::Diagnostic;
use crate::case::expand::{Bindings, Substitution};
use crate::case::library::Group;
use crate::case::model::{Action, NodeOp, Step};
use crate::case::scope::Want;
use crate::case::vocabulary::{self as words, Key as KeyDef, Shape, Verb};
use crate::case::yaml::{Data, Node, Span};

use super::reader::{Args, Reader};

/// How deep groups may use groups.
const MAX_GROUPS: u32 = 8;

impl Reader<'_> {
    /// A list of steps, with groups and repetitions written out.
    pub fn steps(&mut self, node: &Node) -> Vec<Step> {
        let mut out = Vec::new();
        for item in self.list(node, "`steps`") {
            self.step(item, &mut out);
        }
        out
    }

    fn step(&mut self, node: &Node, out: &mut Vec<Step>) -> Option<()> {
        let (verb, at, object) = self.verb(node)?;
        let args = Args {
            at: at.clone(),
            entries: node.map()?,
        };
        let itself = KeyDef {
            name: verb.name,
            shape: verb.object,
            required: false,
            about: verb.about,
        };
        let keys: Vec<KeyDef> = [itself].iter().chain(verb.keys).copied().collect();
        self.check_keys(&args, &format!("`{}`", verb.name), &keys);
        if object.is_null() {
            self.error(Diagnostic::at(
                at,
                format!("`{}:` has nothing to act on", verb.name),
            ));
            return None;
        }
        match verb.name {
            "use" => return self.use_group(object, &args, out),
            "repeat" => return self.repeat(object, out),
            _ => {}
        }
        let id = self.step_id(at)?;
        let (action, capture) = match verb.name {
            "send" => self.send(object, &args)?,
            "expect" => self.expect_step(object, &args)?,
            "expect-none" => self.expect_none(object, &args)?,
            "any-of" => self.any_of(object, &args)?,
            "set" => (self.set(object, &args)?, None),
            "dialogue" => {
                self.word(object, "kind of dialogue", &["smtp"])?;
                let dialogue = self.dialogue(&args)?;
                (dialogue, self.capture(args.get("as"), Vec::new(), Vec::new()))
            }
            "parallel" => (self.parallel(object), None),
            op => {
                let op = match op {
                    "start" => NodeOp::Start,
                    "stop" => NodeOp::Stop,
                    _ => NodeOp::Kill,
                };
                let relay = self.relay(Some(object))?;
                (Action::Node { op, relay }, None)
            }
        };
        out.push(Step {
            id,
            source: at.source(),
            phase: self.phase,
            action,
            capture,
        });
        Some(())
    }

    /// The one key of a step that is a verb.
    fn verb<'n>(&mut self, node: &'n Node) -> Option<(&'static Verb, &'n Span, &'n Node)> {
        let entries = self.entries(node, "a step", "a step has one verb: `- send: M-Send.req`")?;
        fn named(name: &str) -> impl Iterator<Item = &'static Verb> {
            words::VERBS.iter().filter(move |v| v.name == name)
        }
        let mut found = entries.iter().filter(|(k, _)| named(&k.text).next().is_some());
        let Some((key, object)) = found.next() else {
            let names: Vec<&str> = words::VERBS.iter().map(|v| v.name).collect();
            let (at, word) = match entries.first() {
                Some((key, _)) => (&key.span, key.text.as_str()),
                None => (&node.span, ""),
            };
            let problem = Diagnostic::at(at, "this step has no verb".to_owned()).suggest(word, names);
            self.error(problem);
            return None;
        };
        if let Some((second, _)) = found.next() {
            self.error(
                Diagnostic::at(
                    &second.span,
                    format!("this step has two verbs, `{}` and `{}`", key.text, second.text),
                )
                .help("one verb a step"),
            );
            return None;
        }
        let word = object.text().unwrap_or_default();
        let exact =
            named(&key.text).find(|v| matches!(v.object, Shape::Word(words) if words.contains(&word)));
        let verb = exact.or_else(|| named(&key.text).next())?;
        Some((verb, &key.span, object))
    }

    fn parallel(&mut self, object: &Node) -> Action {
        let mut lanes = Vec::new();
        let mut captured = Vec::new();
        for node in self.list(object, "`parallel`") {
            self.scope.enter_lane();
            let lane = match &node.data {
                Data::List(_) => self.steps(node),
                Data::Map(entries) if entries.len() == 1 && entries[0].0.text == "steps" => {
                    self.steps(&entries[0].1)
                }
                _ => {
                    let mut lane = Vec::new();
                    self.step(node, &mut lane);
                    lane
                }
            };
            captured.push((self.scope.leave_lane(), node));
            lanes.push(lane);
        }
        for (lane, node) in captured {
            for name in self.scope.join(lane) {
                self.error(Diagnostic::at(
                    &node.span,
                    format!("an earlier step or lane has a capture `{name}` already"),
                ));
            }
        }
        Action::Parallel(lanes)
    }

    fn repeat(&mut self, object: &Node, out: &mut Vec<Step>) -> Option<()> {
        let args = self.args(object, "`repeat`", words::REPEAT)?;
        let times = self.count(args.get("times")?, "`times`")?;
        let steps = args.get("steps")?;
        let before = self.problems.len();
        for round in 1..=times {
            let mut bindings = Bindings::default();
            let number = Node {
                span: object.span.clone(),
                data: Data::Text(round.to_string()),
            };
            bindings.set("i", number);
            let mut substitution = Substitution::new(&bindings);
            let node = substitution.apply(steps);
            self.problems.append(&mut substitution.problems);
            self.scope.enter_round(round);
            out.extend(self.steps(&node));
            self.scope.leave_round(round);
            // Every round would say the same.
            if self.problems.len() > before {
                return None;
            }
        }
        Some(())
    }

    fn use_group(&mut self, object: &Node, args: &Args<'_>, out: &mut Vec<Step>) -> Option<()> {
        let name = self.text(object, "a group")?;
        let library = self.library;
        let Some(group) = library.groups.get(name) else {
            self.error(
                Diagnostic::at(&object.span, format!("there is no group `{name}`"))
                    .suggest(name, library.groups.keys().map(String::as_str)),
            );
            return None;
        };
        if self.depth == MAX_GROUPS {
            self.error(Diagnostic::at(
                &object.span,
                format!("groups use groups more than {MAX_GROUPS} deep"),
            ));
            return None;
        }
        let bindings = self.bind(name, group, args)?;
        let visible = match args.get("as") {
            Some(node) => Some((self.name(node, "name for a capture")?, node)),
            None => None,
        };
        let prefix = match &visible {
            Some((name, _)) => self.scope.canonical(name),
            None => {
                let count = self.unnamed.entry(name.to_owned()).or_default();
                *count += 1;
                let unique = if *count == 1 {
                    name.to_owned()
                } else {
                    format!("{name}#{count}")
                };
                self.scope.canonical(&unique)
            }
        };
        let mut substitution = Substitution::new(&bindings);
        substitution.used_at = Some(Arc::new(args.at.clone()));
        let steps = substitution.apply(&group.steps);
        self.problems.append(&mut substitution.problems);
        self.depth += 1;
        self.scope.enter_group(&prefix);
        out.extend(self.steps(&steps));
        let name = visible.as_ref().map(|(name, _)| name.as_str());
        let free = self.scope.leave_group(name, group.result.as_deref());
        self.depth -= 1;
        if let Some((name, node)) = visible
            && (!free || self.world.nodes.contains_key(&name))
        {
            self.error(Diagnostic::at(
                &node.span,
                format!("`{name}` is the name of something else already"),
            ));
        }
        Some(())
    }

    /// The group's parameters with the values they have here.
    fn bind(&mut self, name: &str, group: &Group, args: &Args<'_>) -> Option<Bindings> {
        let given = args.get("with");
        if let Some(with) = given {
            let Some(entries) = with.map() else {
                self.error(
                    Diagnostic::at(&with.span, "`with:` is a map".to_owned()).help("`with: { at: bob }`"),
                );
                return None;
            };
            for (key, _) in entries {
                if !group.parameters.iter().any(|p| p.name == key.text) {
                    self.error(
                        Diagnostic::at(&key.span, format!("`{name}` has no parameter `{}`", key.text))
                            .suggest(&key.text, group.parameters.iter().map(|p| p.name.as_str())),
                    );
                }
            }
        }
        let mut bindings = Bindings::default();
        let mut complete = true;
        for parameter in &group.parameters {
            let said = given.and_then(|with| {
                let entries = with.map()?;
                entries
                    .iter()
                    .find(|(k, _)| k.text == parameter.name)
                    .map(|(_, v)| v)
            });
            match (said, &parameter.default) {
                (Some(value), _) if !value.is_null() || parameter.default.is_some() => {
                    let value = self.marked(value);
                    bindings.set(&parameter.name, value);
                }
                (_, Some(default)) => bindings.set(&parameter.name, default.clone()),
                _ => {
                    complete = false;
                    self.error(Diagnostic::at(
                        &args.at,
                        format!("`{name}` needs `with: {{ {}: … }}`", parameter.name),
                    ));
                }
            }
        }
        complete.then_some(bindings)
    }

    /// The value with its references resolved here, where they were written.
    fn marked(&mut self, node: &Node) -> Node {
        let data = match &node.data {
            Data::Null => Data::Null,
            Data::Text(text) => Data::Text(self.resolved(text, &node.span, Want::Content, true)),
            Data::List(items) => Data::List(items.iter().map(|i| self.marked(i)).collect()),
            Data::Map(entries) => Data::Map(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), self.marked(value)))
                    .collect(),
            ),
        };
        Node {
            span: node.span.clone(),
            data,
        }
    }
}
