//! `summary.md`.

use mmspec::report::markdown::{LIMIT, render, render_up_to};
use mmspec::run::outcome::Summary;

use crate::report_sample::{compared, hostile, run};

#[test]
fn reads_like_this() {
    insta::assert_snapshot!(render(&run()));
}

#[test]
fn with_a_baseline_regressions_come_first() {
    insta::assert_snapshot!(render(&compared()));
}

/// GitHub drops a summary of more than 1 MiB as a whole.
#[test]
fn a_run_that_fails_everywhere_stays_below_the_limit() {
    let mut run = run();
    run.cases = (0..5000)
        .map(|n| {
            let mut case = hostile();
            case.id = format!("hostile-{n}");
            case.expectations[0].got = "<&>".repeat(3000);
            case
        })
        .collect();
    run.summary = Summary::of(&run.cases);
    let text = render(&run);
    assert!(text.len() <= LIMIT, "{}", text.len());
    assert!(
        text.contains(" more are left out here"),
        "{}",
        &text[text.len() - 200..]
    );
    assert!(render_up_to(&run, 8000).len() <= 8000);
}

/// In an HTML block Markdown has no meaning until an empty line ends it.
#[test]
fn what_a_relay_sent_stays_inside_its_block() {
    let mut run = run();
    let e = &mut run.cases[1].expectations[0];
    e.got = "a\n\n# title\n\n</pre><script>alert(1)</script> [x](javascript:y)".into();
    run.cases[1].reason = Some("first\n\n\n# second".into());
    let text = render(&run);
    assert!(!text.contains("<script"), "{text}");
    for block in text.split("<details>").skip(1) {
        let block = block.split("</details>").next().unwrap();
        assert!(!block.contains("\n\n"), "{block}");
        assert_eq!(block.matches("</pre>").count(), 1, "{block}");
    }
}
