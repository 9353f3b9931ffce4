//! Ends of relays that nobody asked for and that no script is known to have caused: told from the journal, now or later.

use std::collections::BTreeSet;

use super::journal::{Event, NodeState, What};
use super::outcome::CaseResult;
use super::statics;

/// Ids of scripts that a report names at most.
const NAMED: usize = 20;

/// Gathers them while it is shown every event of a run.
#[derive(Debug, Default)]
pub struct Falls {
    fell: Vec<Fell>,
    /// Scripts in whose last attempt a relay ended.
    killers: BTreeSet<String>,
}

#[derive(Debug)]
struct Fell {
    relay: String,
    detail: String,
    running: Vec<String>,
}

impl Falls {
    pub fn feed(&mut self, event: &Event) {
        match &event.what {
            What::Fell {
                node,
                detail,
                running,
            } => self.fell.push(Fell {
                relay: node.clone(),
                detail: detail.clone(),
                running: running.clone(),
            }),
            What::Begin { .. } => {
                self.killers.remove(&event.script);
            }
            What::Node {
                state: NodeState::Died,
                ..
            } => {
                self.killers.insert(event.script.clone());
            }
            _ => {}
        }
    }

    /// The result that holds those that no script accounts for, if there are any. A script accounts for one if it ran then, and in its last
    /// attempt, alone, the relay ended as well.
    pub fn finish(self) -> Option<CaseResult> {
        let is_open = |fell: &&Fell| !fell.running.iter().any(|id| self.killers.contains(id));
        let texts: Vec<String> = self.fell.iter().filter(is_open).map(text).collect();
        statics::fallen(&texts)
    }
}

fn text(fell: &Fell) -> String {
    let mut text = format!("relay {} ended unasked, {}", fell.relay, fell.detail);
    if !fell.running.is_empty() {
        let named: Vec<&str> = fell.running.iter().take(NAMED).map(String::as_str).collect();
        text.push_str(&format!(
            "\n  none of these makes it end when it has the relay for itself: {}",
            named.join(" ")
        ));
        let more = fell.running.len() - named.len();
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
    }
    text
}
