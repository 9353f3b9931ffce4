//! Takes every event of a run: appends it to `events.jsonl` and shows it to the rules that speak of all journals, and to what tells
//! ends of relays.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tokio::sync::mpsc;

use super::falls::Falls;
use super::journal::{Event, What};
use super::judge::{RuleJudge, Side, Sighting};
use super::outcome::UnsolicitedResult;
use crate::show::json;

/// Writes until every sender is gone; what was written stays readable whatever happens to the run.
///
/// # Errors
/// The journal cannot be written.
pub async fn collect(
    path: &Path,
    mut events: mpsc::UnboundedReceiver<Event>,
    mut rules: Vec<RuleJudge>,
) -> io::Result<(Vec<RuleJudge>, Falls)> {
    let mut falls = Falls::default();
    let mut file = BufWriter::new(File::create(path)?);
    let mut batch = Vec::new();
    while events.recv_many(&mut batch, 256).await > 0 {
        for event in batch.drain(..) {
            json::line(&mut file, &event)?;
            file.write_all(b"\n")?;
            show(&event, &mut rules);
            falls.feed(&event);
        }
        file.flush()?;
    }
    Ok((rules, falls))
}

/// What a run's result says of an event that belongs to no script.
pub fn stranger(event: &Event) -> Option<UnsolicitedResult> {
    let What::Unsolicited {
        place,
        from,
        case,
        why,
        ..
    } = &event.what
    else {
        return None;
    };
    let what = Sighting::of(event).map(|seen| seen.label()).unwrap_or_default();
    Some(UnsolicitedResult {
        place: place.clone(),
        relay: from.clone(),
        what,
        case: case.clone(),
        why: why.clone(),
    })
}

/// Shows an event to the rules, if it is one they can speak of. They speak of what relays sent in attempts that do not count, too: it was sent.
pub fn show(event: &Event, rules: &mut [RuleJudge]) {
    if rules.is_empty() || !matches!(event.what, What::Seen { .. } | What::FetchAgain { .. }) {
        return;
    }
    if let Some(seen) = Sighting::of(event).filter(|s| s.side == Side::Relay) {
        for rule in rules {
            rule.feed(&event.script, &seen);
        }
    }
}
