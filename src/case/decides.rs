//! Which purposes a script decides.

use super::{Action, Body, Expect, Line, Script, Step, TestRef};

impl Script {
    /// Ids of the test purposes its expectations name, in reading order, each once.
    pub fn purposes(&self) -> Vec<&str> {
        let mut refs = Vec::new();
        match &self.body {
            Body::Scenario(steps) => of_steps(steps, &mut refs),
            Body::Always(rules) => refs.extend(rules.iter().flat_map(|r| &r.tests)),
        }
        let mut ids: Vec<&str> = Vec::new();
        for test in refs {
            if !ids.contains(&test.id.as_str()) {
                ids.push(&test.id);
            }
        }
        ids
    }
}

fn of_steps<'a>(steps: &'a [Step], refs: &mut Vec<&'a TestRef>) {
    for step in steps {
        match &step.action {
            Action::Expect(expect) => of_expect(expect, refs),
            Action::ExpectNone(none) => refs.extend(&none.tests),
            Action::AnyOf(any) => {
                refs.extend(&any.tests);
                any.alternatives.iter().for_each(|e| of_expect(e, refs));
            }
            Action::Dialogue(dialogue) => {
                for line in &dialogue.lines {
                    if let Line::Recv { tests, .. } = line {
                        refs.extend(tests);
                    }
                }
            }
            Action::Parallel(lanes) => lanes.iter().for_each(|lane| of_steps(lane, refs)),
            Action::Send(_) | Action::Set(_) | Action::Node { .. } => {}
        }
    }
}

fn of_expect<'a>(expect: &'a Expect, refs: &mut Vec<&'a TestRef>) {
    refs.extend(&expect.tests);
    refs.extend(&expect.should_tests);
}
