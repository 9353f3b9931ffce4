//! Progress where there is no terminal.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use mmspec::report::progress::Lines;
use mmspec::run::observer::Observer;
use mmspec::show::Paint;

use crate::report_sample::run;

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn watch(all: bool) -> String {
    let out = Shared::default();
    let lines = Lines::new(out.clone(), Paint::new(false), all);
    let run = run();
    lines.begin(run.cases.len());
    for case in &run.cases {
        lines.case_started(&case.id);
        lines.case_ended(case);
    }
    lines.end();
    String::from_utf8(out.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn only_what_did_not_pass_is_named() {
    insta::assert_snapshot!(watch(false), @r"
    running 8 cases
    [1/8] FAIL  e2e-report-comes-home  42 ms
    [2/8] FAIL  mm1-hostile[row 1]  42 ms
    [5/8] INCONC  mm1-b  42 ms
    [6/8] INCONC  mm1-a  42 ms
    [7/8] ERROR  mm4-port  42 ms
    ");
}

#[test]
fn every_case_on_demand() {
    assert_eq!(watch(true).lines().count(), 9);
}

#[test]
fn a_closed_pipe_does_not_stop_the_run() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::new(Closed, Paint::new(false), true);
    lines.begin(1);
    lines.case_ended(&run().cases[0]);
}
