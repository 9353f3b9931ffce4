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
    /// Scripts that have ended.
    ended: BTreeSet<String>,
}

#[derive(Debug)]
struct Fell {
    relay: String,
    detail: String,
    running: Vec<String>,
}

impl Falls {
    pub fn feed(&mut self, event: &Event) {
        if self.ended.remove(&event.script) {
            // It is run again.
            self.killers.remove(&event.script);
        }
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
            What::End => {
                self.ended.insert(event.script.clone());
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

    /// The result that holds all of them, if there are any. Scripts that ran then and in whose last attempt, alone, the relay ended as well are
    /// named, and do not excuse it: what it died of may be what a script left behind that had ended before.
    pub fn finish(self) -> Option<CaseResult> {
        let texts: Vec<String> = self.fell.iter().map(|fell| self.text(fell)).collect();
        statics::fallen(&texts)
    }

    fn text(&self, fell: &Fell) -> String {
        let mut text = format!("relay {} ended unasked, {}", fell.relay, fell.detail);
        let (killers, others): (Vec<&String>, Vec<&String>) =
            fell.running.iter().partition(|id| self.killers.contains(*id));
        for (what, ids) in [
            ("alone on the relay, this makes it end", killers),
            ("alone on the relay, this does not", others),
        ] {
            if !ids.is_empty() {
                text.push_str(&format!("\n  {what}: {}", bounded(&ids)));
            }
        }
        text
    }
}

fn bounded(ids: &[&String]) -> String {
    let named: Vec<&str> = ids.iter().take(NAMED).map(|id| id.as_str()).collect();
    match ids.len() - named.len() {
        0 => named.join(" "),
        more => format!("{} and {more} more", named.join(" ")),
    }
}
