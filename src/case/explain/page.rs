//! A case in plain words: who sends what to whom, what must come of it, by which clause.

use super::phrases::*;
use crate::case::catalogue::Catalogue;
use crate::case::model::{
    Action, Body, ContentDemand, Demands, Dialogue, Expect, Line, NodeOp, Phase, Rule, RuleDemand, Script,
    Send, Step, TestRef,
};

/// The script as a text to read aloud.
pub fn explain(script: &Script, catalogue: &Catalogue) -> String {
    let mut page = Page {
        out: Vec::new(),
        catalogue,
        number: 0,
    };
    page.head(script);
    match &script.body {
        Body::Scenario(steps) => {
            for (phase, title) in [(Phase::Setup, "To begin with"), (Phase::Steps, "The test")] {
                let mut steps = steps.iter().filter(|s| s.phase == phase).peekable();
                if steps.peek().is_some() {
                    page.out.push(String::new());
                    page.out.push(format!("{title}:"));
                    steps.for_each(|step| page.step(step, 1));
                }
            }
        }
        Body::Always(rules) => {
            page.out.push(String::new());
            page.out.push("In everything the run saw:".to_owned());
            rules.iter().for_each(|rule| page.rule(rule));
        }
    }
    page.out.push(String::new());
    page.out.join("\n")
}

struct Page<'a> {
    out: Vec<String>,
    catalogue: &'a Catalogue,
    number: usize,
}

impl Page<'_> {
    fn head(&mut self, script: &Script) {
        self.out.push(format!("{} — {}", script.id, script.title));
        self.out.push(script.source.to_string());
        if matches!(script.body, Body::Scenario(_)) {
            self.out.push(stage(script));
        }
        if !script.requires.is_empty() {
            let items: Vec<String> = script
                .requires
                .iter()
                .map(|item| match item.strip_prefix("not ") {
                    Some(item) => format!("does not claim {item}"),
                    None => format!("claims {item}"),
                })
                .collect();
            self.out
                .push(format!("Applies to a relay that {}.", items.join(" and ")));
        }
    }

    fn line(&mut self, depth: usize, text: &str) {
        self.out.push(format!("{}{text}", "    ".repeat(depth)));
    }

    fn step(&mut self, step: &Step, depth: usize) {
        self.number += 1;
        let number = self.number;
        let called = step
            .capture
            .as_ref()
            .map_or(String::new(), |name| format!(" (called {name})"));
        let mut say = |text: String| {
            let indent = "    ".repeat(depth - 1);
            self.out.push(format!("{indent}{number:>2}. {text}{called}"));
        };
        match &step.action {
            Action::Send(send) => {
                say(sending(send));
                self.sent(send, depth);
            }
            Action::Expect(expect) => {
                say(format!(
                    "{} must come{}",
                    what(expect),
                    within(expect.within.as_ref())
                ));
                self.expectation(expect, depth);
            }
            Action::ExpectNone(none) => {
                say(format!(
                    "no {}{} may come{}",
                    seen(&none.select, &none.place),
                    narrowed(&none.narrow),
                    within(none.within.as_ref())
                ));
                self.tests(&none.tests, depth);
            }
            Action::AnyOf(any) => {
                say(format!("one of these must come{}", within(any.within.as_ref())));
                for alternative in &any.alternatives {
                    self.line(depth, &format!("- {}", what(alternative)));
                    self.expectation(alternative, depth + 1);
                }
                self.tests(&any.tests, depth);
            }
            Action::Set(set) => say(behaviour(set)),
            Action::Node { op, relay } => say(match op {
                NodeOp::Start => format!("relay {relay} starts"),
                NodeOp::Stop => format!("relay {relay} is stopped"),
                NodeOp::Kill => format!("relay {relay} is killed"),
            }),
            Action::Dialogue(dialogue) => {
                say(format!(
                    "{} speaks SMTP with {}",
                    dialogue.from,
                    to(dialogue.to.as_ref())
                ));
                self.dialogue(dialogue, depth);
            }
            Action::Parallel(lanes) => {
                say("at the same time".to_owned());
                for lane in lanes {
                    lane.iter().for_each(|step| self.step(step, depth + 1));
                    self.line(depth, "meanwhile");
                }
                self.out.pop();
            }
        }
    }

    fn sent(&mut self, send: &Send, depth: usize) {
        for header in &send.headers {
            let values: Vec<&str> = header.values.iter().map(|v| v.raw.as_str()).collect();
            let text = match values[..] {
                [] => format!("without {}", header.name),
                _ => format!("{}: {}", header.name, values.join(" and again ")),
            };
            self.line(depth, &text);
        }
        if let Some(content) = &send.content {
            self.line(depth, &format!("content {}", content.raw));
        }
        if let Some(damage) = &send.damage {
            self.line(depth, &format!("damaged: {}", fault(damage)));
        }
    }

    fn expectation(&mut self, expect: &Expect, depth: usize) {
        for (name, _) in &expect.after {
            self.line(depth, &format!("after {name}"));
        }
        self.demands(&expect.demands, depth);
        for (name, _) in &expect.same {
            self.line(depth, &format!("{name} is the same in all of them"));
        }
        self.tests(&expect.tests, depth);
        if let Some(should) = &expect.should {
            self.line(depth, "and should:");
            self.demands(should, depth + 1);
            self.tests(&expect.should_tests, depth + 1);
            if expect.should_tests.is_empty() {
                self.weaker(&expect.tests, depth + 1);
            }
        }
        if expect.ends_case {
            self.line(depth, "this ends the case");
        }
    }

    fn demands(&mut self, demands: &Demands, depth: usize) {
        let groups = [
            ("", &demands.headers),
            ("HTTP ", &demands.http),
            ("SMTP ", &demands.smtp),
            ("push ", &demands.push),
            ("DNS ", &demands.dns),
        ];
        for (side, list) in groups {
            for demand in list {
                self.line(
                    depth,
                    &format!("{side}{} {}", demand.name, matching(&demand.matcher)),
                );
            }
        }
        match &demands.content {
            None => {}
            Some(ContentDemand::Same { of, names, .. }) => {
                let names = if *names { ", names of parts included" } else { "" };
                self.line(depth, &format!("its content is that of {}{names}", of.raw))
            }
            Some(ContentDemand::Present { .. }) => self.line(depth, "it has a content"),
            Some(ContentDemand::Absent { .. }) => self.line(depth, "it has no content"),
        }
        for (code, _) in &demands.no_findings {
            let text = match code.as_str() {
                "any" => "the decoder finds no error in it".to_owned(),
                code => format!("the decoder does not find {code}"),
            };
            self.line(depth, &text);
        }
    }

    fn tests(&mut self, tests: &[TestRef], depth: usize) {
        for test in tests {
            let text = match self.catalogue.get(&test.id) {
                Some(p) => format!(
                    "→ {} ({}, {}; {}): {}",
                    p.id,
                    p.level.name(),
                    p.basis.name(),
                    p.clause,
                    p.purpose
                ),
                None => format!("→ {}", test.id),
            };
            self.line(depth, &text);
        }
    }

    /// The lower demands of these purposes.
    fn weaker(&mut self, tests: &[TestRef], depth: usize) {
        for test in tests {
            let weaker = self.catalogue.get(&test.id).and_then(|p| p.weaker.as_ref());
            if let Some(weaker) = weaker {
                let text = format!("→ {} ({}): {}", test.id, weaker.level.name(), weaker.purpose);
                self.line(depth, &text);
            }
        }
    }

    fn dialogue(&mut self, dialogue: &Dialogue, depth: usize) {
        for line in &dialogue.lines {
            match line {
                Line::Send { text, .. } | Line::Raw { text, .. } => {
                    self.line(depth, &format!("says {}", text.raw.escape_debug()));
                }
                Line::Message { send, .. } => {
                    self.line(depth, &format!("sends {} as the message", sent_what(&send.what)));
                    self.sent(send, depth + 1);
                }
                Line::Recv { demands, tests, .. } => {
                    let all: Vec<String> = demands
                        .iter()
                        .map(|d| format!("{} {}", d.name, matching(&d.matcher)))
                        .collect();
                    self.line(depth, &format!("hears a reply: {}", all.join(", ")));
                    self.tests(tests, depth + 1);
                }
            }
        }
    }

    fn rule(&mut self, rule: &Rule) {
        let pdus: Vec<&str> = rule.select.iter().map(|p| p.name()).collect();
        let pdus = format!("{}{}", pdus.join(" or "), narrowed(&rule.narrow));
        match &rule.demand {
            RuleDemand::Every(demands) => {
                self.line(0, &format!("for every {pdus} from a relay"));
                self.demands(demands, 1);
            }
            RuleDemand::Unique(field) => {
                self.line(0, &format!("no two {pdus} of a relay have the same {field}"))
            }
            RuleDemand::Same(field) => self.line(0, &format!("every {pdus} has the same {field}")),
        }
        self.tests(&rule.tests, 1);
    }
}
