//! GitHub workflow commands.

use mmspec::report::annotations::render;

use crate::report_sample::{compared, hostile, run};

#[test]
fn read_like_this() {
    insta::assert_snapshot!(render(&compared()));
}

/// As the runner reads a command: properties end at the second `::`, and nothing begins a line but a command.
#[test]
fn each_line_is_one_command_whatever_the_relay_sent() {
    let mut run = run();
    run.cases[1].expectations[0].got = "50%\r\n::error file=forged::x".into();
    run.cases[1].expectations[0].source.file = "a,b:c.yaml".into();
    let text = render(&run);
    assert_eq!(text.lines().count(), 5);
    for line in text.lines() {
        assert!(line.starts_with("::error file="), "{line}");
        assert_eq!(line.matches("\r").count(), 0);
    }
    assert!(text.contains("file=a%2Cb%3Ac.yaml,line=7,col=5,"), "{text}");
    assert!(text.contains(r"50%25\r\n::error file=forged"), "{text}");
}

#[test]
fn no_more_than_github_shows() {
    let mut run = run();
    run.cases = (0..40)
        .map(|n| {
            let mut case = hostile();
            case.id = format!("hostile-{n:02}");
            case
        })
        .collect();
    let text = render(&run);
    assert_eq!(text.lines().count(), 10);
    assert!(text.lines().last().unwrap().contains("31 more"), "{text}");
}
