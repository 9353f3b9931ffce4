//! What can be wrong with a case although every word of it is right.

use std::sync::Arc;

use super::diagnostic::Diagnostic;
use super::model::{Action, Body, Demands, Expect, Line, Script, Source, Step};

/// Errors of a script as a whole.
pub(crate) fn check(script: &Script) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    match &script.body {
        Body::Always(rules) => {
            if rules.is_empty() {
                problems.push(about(script, &script.source, "this case has no rule"));
            }
        }
        Body::Scenario(steps) => {
            unreachable(script, steps, &mut problems);
            if !script.steps().any(can_fail) {
                problems.push(
                    about(script, &script.source, "nothing in this case can fail")
                        .help("a case needs a step that decides a test purpose: an `expect`, `expect-none`, `any-of` or `recv` with `tests:`"),
                );
            }
        }
    }
    problems
}

fn about(script: &Script, source: &Source, message: &str) -> Diagnostic {
    Diagnostic {
        source: source.clone(),
        text: Arc::clone(&script.text),
        message: message.to_owned(),
        label: String::new(),
        help: Vec::new(),
        used_at: None,
    }
}

/// Steps after one that always ends the case.
fn unreachable(script: &Script, steps: &[Step], problems: &mut Vec<Diagnostic>) {
    let end = steps.iter().position(|step| match &step.action {
        Action::Expect(expect) => expect.ends_case,
        Action::AnyOf(any) => any.alternatives.iter().all(|a| a.ends_case),
        _ => false,
    });
    if let Some(end) = end
        && let Some(next) = steps.get(end + 1)
    {
        problems.push(
            about(script, &next.source, "this step is never reached")
                .label(format!("the case always ends at line {}", steps[end].source.line))
                .help("`ends-case` belongs to one of several outcomes of an `any-of`"),
        );
    }
    for step in steps {
        if let Action::Parallel(lanes) = &step.action {
            for lane in lanes {
                unreachable(script, lane, problems);
            }
        }
    }
}

fn can_fail(step: &Step) -> bool {
    match &step.action {
        Action::Expect(expect) => decides(expect),
        Action::ExpectNone(none) => !none.tests.is_empty(),
        Action::AnyOf(any) => !any.tests.is_empty() || any.alternatives.iter().any(decides),
        Action::Dialogue(dialogue) => dialogue
            .lines
            .iter()
            .any(|line| matches!(line, Line::Recv { tests, .. } if !tests.is_empty())),
        _ => false,
    }
}

fn decides(expect: &Expect) -> bool {
    !expect.tests.is_empty()
        || (!expect.should_tests.is_empty() && expect.should.as_ref().is_some_and(demands))
}

fn demands(demands: &Demands) -> bool {
    !(demands.headers.is_empty()
        && demands.content.is_none()
        && demands.http.is_empty()
        && demands.smtp.is_empty()
        && demands.push.is_empty()
        && demands.no_findings.is_empty())
}
