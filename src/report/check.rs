//! What a check of a target found, on one screen.

use std::fmt::Write as _;

use crate::run::check::{Check, Line, State};
use crate::show::{Paint, visible};

/// A line for each thing that was looked at, and below it how to mend what is wrong. `next` is the command to go on with.
pub fn render(check: &Check, next: &str, paint: Paint) -> String {
    let mut out = String::new();
    for line in &check.lines {
        one(&mut out, line, paint);
    }
    if !check.strangers.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "came for nobody:");
        for stranger in &check.strangers {
            let _ = writeln!(out, "        {}", visible(stranger));
        }
        let _ = writeln!(
            out,
            "        does the relay write numbers or addresses in another form than the target file says?"
        );
    }
    let wrong = check.lines.iter().filter(|l| l.state == State::Wrong).count();
    let _ = match wrong {
        0 => writeln!(out, "\n{} can be driven: {next}", visible(&check.target)),
        1 => writeln!(out, "\n1 thing is wrong"),
        n => writeln!(out, "\n{n} things are wrong"),
    };
    out
}

fn one(out: &mut String, line: &Line, paint: Paint) {
    let mark = match line.state {
        State::Good => paint.good("ok     "),
        State::Doubtful => paint.bold("doubt  "),
        State::Wrong => paint.bad("WRONG  "),
        State::Skipped => paint.dim("-      "),
    };
    let _ = writeln!(out, "{mark} {}", visible(&line.what));
    if !line.says.is_empty() {
        let _ = writeln!(out, "        {}", visible(&line.says));
    }
    if !line.mend.is_empty() {
        let _ = writeln!(out, "        -> {}", visible(&line.mend));
    }
}
