//! What shells and `man` get.

use std::fs;
use std::process::Command as Process;

use predicates::prelude::*;

use crate::cli_commands::mmspec;

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (_dir, mut command) = mmspec();
        command.args(["completions", shell]).assert().code(0).stdout(
            predicate::str::contains("killmatrix")
                .and(predicate::str::contains("rejudge"))
                .and(predicate::str::contains("report-dir")),
        );
    }
    let (_dir, mut command) = mmspec();
    command.args(["completions", "tcl"]).assert().code(2);
}

#[test]
fn bash_reads_its_completions_and_completes_with_them() {
    let (dir, mut command) = mmspec();
    let script = command.args(["completions", "bash"]).output().unwrap().stdout;
    let file = dir.path().join("mmspec.bash");
    fs::write(&file, script).unwrap();
    let asked = format!(
        "source {}; COMP_WORDS=(mmspec rej); COMP_CWORD=1; _mmspec mmspec rej mmspec; echo \"${{COMPREPLY[@]}}\"",
        file.display()
    );
    // Where there is no bash, nobody needs them.
    let Ok(output) = Process::new("bash").args(["-c", &asked]).output() else {
        return;
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "rejudge");
}

#[test]
fn man_pages_tell_commands_options_and_exit_codes() {
    let (dir, mut command) = mmspec();
    let page = command.arg("man").assert().code(0).get_output().stdout.clone();
    let page = String::from_utf8(page).unwrap();
    assert!(page.starts_with(".ie") || page.starts_with(".TH"), "{page}");
    assert!(
        page.contains("Exit codes") && page.contains("killmatrix"),
        "{page}"
    );
    let (_, mut command) = mmspec();
    command
        .current_dir(dir.path())
        .args(["man", "--dir", "pages"])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("pages"));
    let run = fs::read_to_string(dir.path().join("pages/mmspec-run.1")).unwrap();
    assert!(run.contains("baseline") || run.contains("target"), "{run}");
}
