//! What a run shows while it runs: a bar on a terminal, plain lines elsewhere.

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::words;
use crate::run::observer::Observer;
use crate::run::outcome::{CaseResult, Verdict};
use crate::show::{Paint, visible};

/// A bar that disappears when the run ends; broken cases scroll by above it.
pub struct Bar {
    bar: ProgressBar,
    paint: Paint,
}

impl Bar {
    /// On standard error, where it does not mix with the report.
    pub fn new(paint: Paint) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        Bar { bar, paint }
    }
}

impl Observer for Bar {
    fn begin(&self, total: usize) {
        self.bar.set_length(total as u64);
    }

    fn case_started(&self, id: &str) {
        self.bar.set_message(visible(id).into_owned());
    }

    fn case_ended(&self, result: &CaseResult) {
        if result.verdict > Verdict::Pass {
            self.bar.println(line(result, self.paint));
        }
        self.bar.inc(1);
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// A line for each case that did not pass, or for each case.
pub struct Lines<W> {
    out: Mutex<W>,
    paint: Paint,
    all: bool,
    total: AtomicUsize,
    ended: AtomicUsize,
}

impl<W: Write + Send> Lines<W> {
    /// With `all`, cases that pass have a line too.
    pub fn new(out: W, paint: Paint, all: bool) -> Self {
        Lines {
            out: Mutex::new(out),
            paint,
            all,
            total: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
        }
    }

    /// Nobody may be reading any more (a closed pipe); the run goes on.
    fn write(&self, line: &str) {
        if let Ok(mut out) = self.out.lock() {
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        }
    }
}

impl<W: Write + Send> Observer for Lines<W> {
    fn begin(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
        self.write(&format!(
            "running {total} case{}",
            if total == 1 { "" } else { "s" }
        ));
    }

    fn case_started(&self, _id: &str) {}

    fn case_ended(&self, result: &CaseResult) {
        let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        if self.all || result.verdict > Verdict::Pass {
            let total = self.total.load(Ordering::Relaxed);
            self.write(&format!("[{ended}/{total}] {}", line(result, self.paint)));
        }
    }

    fn end(&self) {}
}

fn line(result: &CaseResult, paint: Paint) -> String {
    format!(
        "{}  {}  {} ms",
        words::verdict(paint, result.verdict),
        visible(&result.id),
        result.duration_ms
    )
}
