//! Mail into a relay by a command of its own, with real commands.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use mmspec::party::SmtpStage;
use mmspec::party::peer::{CannotRun, Delivery, Inbound, Letter};
use mmspec::wire::smtp::ways::{LineEnds, MailCommand};

use crate::party_support::{CAROL, LIMIT, SYSTEM, end_of};

const MESSAGE: &[u8] = b"A: b\r\n\r\n\x00\xff\rc\r\n.\r\n";

/// A relay's command: a shell script in a folder of its own.
struct Script {
    dir: tempfile::TempDir,
    command: MailCommand,
}

impl Script {
    fn new(text: &str) -> Script {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mmsfromemail");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let path = path.to_string_lossy().into_owned();
        let yaml = format!(
            "command: [{path}, -f, '{{from}}', -t, '{{to}}']\ndirectory: {}",
            dir.path().display()
        );
        let command = serde_saphyr::from_str(&yaml).unwrap();
        Script { dir, command }
    }

    async fn run(&self, rcpt_to: &[&str]) -> Result<Delivery, CannotRun> {
        let rcpt_to: Vec<String> = rcpt_to.iter().map(|&rcpt| rcpt.to_owned()).collect();
        let data = Bytes::from_static(MESSAGE);
        let letter = Letter {
            helo: "unused",
            mail_from: SYSTEM,
            rcpt_to: &rcpt_to,
            data: &data,
        };
        Inbound::Command(self.command.clone())
            .deliver(letter, None, LIMIT)
            .await
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.dir.path().join(name)).unwrap()
    }
}

#[tokio::test]
async fn a_command_gets_message_and_envelope_once_for_each_recipient() {
    let mut script = Script::new(r#"cat > "message-$4"; echo "$@ $GREETING" >> args; pwd > where"#);
    script
        .command
        .environment
        .insert("GREETING".to_owned(), "a b".to_owned());
    let delivery = script.run(&["+1/TYPE=PLMN@x", "$(id) b@c"]).await.err();
    assert_eq!(delivery, None);
    assert_eq!(
        String::from_utf8(script.read("args")).unwrap(),
        format!("-f {SYSTEM} -t +1/TYPE=PLMN@x a b\n-f {SYSTEM} -t $(id) b@c a b\n")
    );
    assert_eq!(script.read("message-$(id) b@c"), b"A: b\n\n\x00\xff\rc\n.\n");
    let there = fs::canonicalize(script.dir.path()).unwrap();
    let told = String::from_utf8(script.read("where")).unwrap();
    assert_eq!(fs::canonicalize(told.trim()).unwrap(), there);
}

#[tokio::test]
async fn line_ends_are_as_the_relay_wants_them() {
    let mut script = Script::new("cat > message");
    script.command.line_ends = LineEnds::Crlf;
    let delivery = script.run(&["a"]).await.unwrap();
    assert_eq!(
        end_of(&delivery),
        (250, "2.0.0 exit code 0 (taken)", SmtpStage::Exit)
    );
    assert_eq!(script.read("message"), MESSAGE);
    let program = &script.command.command[0];
    let said = [
        format!("$ {program} -f {SYSTEM} -t a"),
        "* 250 2.0.0 exit code 0 (taken)".to_owned(),
    ];
    assert_eq!(delivery.dialogue, said);
}

#[tokio::test]
async fn exit_codes_are_the_answer() {
    let texts = [
        ("exit 75", 451, "4.0.0 exit code 75 (try later)"),
        (
            "echo a; echo no such user >&2; echo >&2; exit 67",
            550,
            "5.1.1 exit code 67 (user unknown): no such user",
        ),
        (
            "printf 'one\\nlast' >&2; exit 255",
            554,
            "5.3.0 exit code 255 (unknown exit code): last",
        ),
        ("kill -9 $$", 451, "4.3.0 signal: 9 (SIGKILL)"),
        (
            "head -c 2000 /dev/zero | tr '\\0' x >&2; exit 1",
            554,
            "5.3.0 exit code 1 (unknown exit code): xxxx",
        ),
    ];
    for (text, code, words) in texts {
        let delivery = Script::new(text).run(&[CAROL]).await.unwrap();
        let (got, said, stage) = end_of(&delivery);
        assert_eq!((got, stage), (code, SmtpStage::Exit), "{text}");
        assert!(said.starts_with(words) && said.len() < 600, "{said}");
        assert_eq!(delivery.refused().len(), 1);
    }
}

#[tokio::test]
async fn some_recipients_may_be_refused() {
    let script = Script::new("cat > /dev/null; test \"$4\" != bad");
    let delivery = script.run(&["good", "bad", "good2", "bad"]).await.unwrap();
    assert_eq!(end_of(&delivery).0, 250);
    assert_eq!(delivery.accepted(), ["good", "good2"]);
    assert_eq!(delivery.refused().len(), 2);
    let delivery = script.run(&["bad"]).await.unwrap();
    assert_eq!(end_of(&delivery).0, 554);
    let none = script.run(&[]).await.unwrap();
    assert!(none.end.unwrap_err().0.contains("no recipient"));
}

#[tokio::test]
async fn a_command_that_does_not_end_is_killed_with_all_it_started() {
    // Its child holds the pipes open, and would write the file.
    let mut script =
        Script::new("(trap '' TERM; cat /dev/zero | head -c 0; read x < pipe; echo > survived) & wait");
    let made = std::process::Command::new("mkfifo")
        .arg(script.dir.path().join("pipe"))
        .status();
    assert!(made.unwrap().success());
    script.command.timeout_ms = Some(300);
    let delivery = script.run(&[CAROL, CAROL]).await.unwrap();
    let why = delivery.end.unwrap_err().0;
    assert!(
        why.ends_with("had not ended after 300 ms and was killed"),
        "{why}"
    );
    // Nobody reads the pipe any more, once the killed ones are gone.
    let pipe = script.dir.path().join("pipe");
    let is_read = || {
        let mut writing = std::fs::OpenOptions::new();
        writing.write(true).custom_flags(nix::libc::O_NONBLOCK);
        let Err(e) = writing.open(&pipe) else {
            return true;
        };
        assert_eq!(e.raw_os_error(), Some(nix::libc::ENXIO));
        false
    };
    let gone = async {
        while is_read() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), gone).await.unwrap();
}

#[tokio::test]
async fn what_a_command_leaves_behind_delays_nothing_for_ever() {
    // A queue runner that keeps standard error and lives on.
    let mut script = Script::new("(read x < pipe) & echo queued >&2; exit 75");
    let pipe = script.dir.path().join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    script.command.timeout_ms = Some(60_000);
    let delivery = script.run(&[CAROL]).await.unwrap();
    assert!(end_of(&delivery).1.ends_with(": queued"), "{delivery:?}");
    // Lets it go.
    fs::write(&pipe, "x\n").unwrap();
}

#[tokio::test]
async fn a_command_need_not_read_its_message() {
    let script = Script::new("exit 0");
    let data = Bytes::from(vec![b'x'; 5_000_000]);
    let rcpt_to = [CAROL.to_owned()];
    let letter = Letter {
        helo: "",
        mail_from: "",
        rcpt_to: &rcpt_to,
        data: &data,
    };
    let inbound = Inbound::Command(script.command.clone());
    let delivery = inbound.deliver(letter, None, LIMIT).await.unwrap();
    assert_eq!(end_of(&delivery).0, 250);
    let lines = inbound.announced("", &rcpt_to);
    assert!(lines[0].ends_with(&format!("-f \"\" -t {CAROL}")), "{lines:?}");
}

#[tokio::test]
async fn what_cannot_be_run_is_nobodys_answer() {
    let mut script = Script::new("exit 0");
    let whole = script.command.clone();
    script.command.command[0] = "/nowhere/mmsfromemail".to_owned();
    let why = script.run(&[CAROL]).await.unwrap_err().0;
    assert!(
        why.contains("/nowhere/mmsfromemail") && why.contains("No such file"),
        "{why}"
    );
    script.command = MailCommand {
        directory: Some(Path::new("/nowhere").to_owned()),
        ..whole.clone()
    };
    assert!(script.run(&[CAROL]).await.unwrap_err().0.contains("/nowhere"));
    script.command = MailCommand {
        user: Some("nobody-of-that-name".to_owned()),
        ..whole.clone()
    };
    let why = script.run(&[CAROL]).await.unwrap_err().0;
    assert_eq!(why, "there is no user `nobody-of-that-name`");
    script.command = MailCommand {
        command: Vec::new(),
        ..whole
    };
    assert!(script.run(&[CAROL]).await.is_err());
}

#[tokio::test]
async fn a_command_runs_as_the_user_it_is_told() {
    let mut script = Script::new("id -u >&2");
    let own = fs::metadata(script.dir.path()).unwrap().uid();
    script.command.user = Some(own.to_string());
    let delivery = script.run(&[CAROL]).await.unwrap();
    assert_eq!(end_of(&delivery).1, format!("2.0.0 exit code 0 (taken): {own}"));
}
