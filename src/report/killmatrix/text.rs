//! What the terminal shows: what is wrong, then the counts.

use crate::run::killmatrix::{Kill, Matrix};
use crate::show::{Paint, visible};

/// Survivors, idle cases and failures without a defect, each with its place; the last line counts. With `verbose` every
/// defect with what killed it, and every kill at a demand that decides none of the defect's test purposes.
pub fn text(matrix: &Matrix, paint: Paint, verbose: bool) -> String {
    let mut out = String::new();
    for kill in &matrix.clean {
        out.push_str(&format!(
            "{} {}\n",
            paint.bad("fails without a defect"),
            place(kill)
        ));
    }
    for row in matrix.survivors() {
        out.push_str(&format!(
            "{} {}: {} ({}; {})\n",
            paint.bad("survives"),
            row.name,
            row.breaks,
            row.clause,
            row.tests.join(", ")
        ));
        for kill in &row.elsewhere {
            out.push_str(&format!("    noticed elsewhere by {}\n", place(kill)));
        }
        if !row.undecided.is_empty() {
            out.push_str(&format!("    undecided: {}\n", row.undecided.join(", ")));
        }
    }
    for case in matrix.idle() {
        out.push_str(&format!(
            "{} {}  {}\n",
            paint.bad("kills nothing"),
            visible(&case.id),
            case.source
        ));
    }
    if verbose {
        for row in &matrix.defects {
            out.push_str(&format!("{} {}\n", row.fate.name(), row.name));
            if let Some(reason) = &row.reason {
                out.push_str(&format!("    {reason}\n"));
            }
            for kill in &row.kills {
                out.push_str(&format!("    by {}\n", place(kill)));
            }
            for kill in &row.elsewhere {
                out.push_str(&format!("    elsewhere {}\n", place(kill)));
            }
        }
    }
    out.push_str(&summary(matrix));
    out
}

/// The counts in one line.
pub(super) fn summary(matrix: &Matrix) -> String {
    let t = &matrix.totals;
    let idle = if matrix.whole {
        format!(", {} kill nothing", t.idle)
    } else {
        String::new()
    };
    format!(
        "{} defects: {} killed, {} survived, {} equivalent · {} cases{idle} · {} kills, {} violations elsewhere\n",
        t.defects, t.killed, t.survived, t.equivalent, t.cases, t.kills, t.elsewhere
    )
}

fn place(kill: &Kill) -> String {
    format!(
        "{} {} ({}) {}",
        visible(&kill.script),
        visible(&kill.expectation),
        kill.tests.join(", "),
        kill.source
    )
}
