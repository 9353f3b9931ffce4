//! Mail into a relay by a command of its own, run once for each recipient: the message on standard input, the envelope in the
//! arguments, the answer in the exit code.

use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::client::{Delivery, Ended, Letter, NoReply};
use crate::party::{SmtpStage, delay};
use crate::wire::smtp::sysexits;
use crate::wire::smtp::ways::MailCommand;

/// Octets of a line of standard error that are kept.
const LONGEST_LINE: usize = 500;
/// How long what a command wrote may take to arrive once it has ended: something that it started may hold the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Octets that are read at once.
const CHUNK: usize = 4096;

/// A command cannot be run: the environment's fault or the target file's, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CannotRun(pub String);

/// Runs the command for each recipient, one after the other, `limit` for each run unless the command has its own. The code of a
/// recipient is the SMTP reply that its exit code stands for.
///
/// # Errors
/// There is no such command, user or directory.
pub async fn run(command: &MailCommand, letter: Letter<'_>, limit: Duration) -> Result<Delivery, CannotRun> {
    let message = command.line_ends.of(letter.data);
    let limit = command.timeout_ms.map_or(limit, Duration::from_millis);
    let mut delivery = Delivery {
        recipients: Vec::new(),
        end: Err(NoReply(
            "the mail has no recipient to run a command for".to_owned(),
        )),
        helo: String::new(),
        dialogue: Vec::new(),
        wire: None,
    };
    for rcpt in letter.rcpt_to {
        let line = command.line(letter.mail_from, rcpt);
        delivery.dialogue.push(shown(&line));
        match one(command, &line, &message, limit).await? {
            Ok((code, text)) => {
                delivery.dialogue.push(format!("* {code} {text}"));
                delivery.recipients.push((rcpt.clone(), code, text));
            }
            Err(no_reply) => {
                delivery.dialogue.push(format!("* {no_reply}"));
                delivery.end = Err(no_reply);
                return Ok(delivery);
            }
        }
    }
    let accepted = delivery.recipients.iter().rfind(|(_, code, _)| code / 100 == 2);
    if let Some((_, code, text)) = accepted.or(delivery.recipients.last()) {
        delivery.end = Ok(Ended {
            code: *code,
            text: text.clone(),
            stage: SmtpStage::Exit,
        });
    }
    Ok(delivery)
}

/// A command line for a person, as in a shell's transcript.
pub(super) fn shown(line: &[String]) -> String {
    format!("$ {}", words_of(line))
}

/// Words with blanks between them; one that would not be read as one word is quoted. Nothing in it ends a line.
pub(super) fn words_of(line: &[String]) -> String {
    let word = |word: &String| {
        let plain = !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_graphic() && !"\"'\\$`".contains(c));
        if plain { word.clone() } else { format!("{word:?}") }
    };
    line.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// One run: the reply it stands for, or that it was killed.
async fn one(
    command: &MailCommand,
    line: &[String],
    message: &[u8],
    limit: Duration,
) -> Result<Result<(u16, String), NoReply>, CannotRun> {
    let mut child = prepared(command, line)?
        .spawn()
        .map_err(|error| CannotRun(format!("cannot run `{}`: {error}", words_of(line))))?;
    let mut group = Group::of(&child);
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let feeding = async {
        if let Some(mut stdin) = stdin {
            // A command may end without having read everything; its exit code says what that means.
            let _ = stdin.write_all(message).await;
        }
    };
    let mut said = LastLine::default();
    let listening = async {
        if let Some(stderr) = stderr {
            said.listen(stderr).await;
        }
    };
    let (mut feeding, mut heard) = (pin!(feeding), false);
    let ended = {
        let mut listening = pin!(listening);
        let mut fed = false;
        let ended = delay::within(limit, async {
            loop {
                tokio::select! {
                    status = child.wait() => break status,
                    () = &mut feeding, if !fed => fed = true,
                    () = &mut listening, if !heard => heard = true,
                }
            }
        })
        .await;
        if ended.is_ok() && !heard {
            // What does not come in time is not waited for.
            let _ = delay::within(LAST_WORDS, listening).await;
        }
        ended
    };
    match ended {
        Ok(Ok(status)) => {
            group.disarm();
            Ok(Ok(answer(status, &said.text())))
        }
        Ok(Err(error)) => Err(CannotRun(format!("`{}` is lost: {error}", words_of(line)))),
        Err(_) => {
            group.kill();
            // It is gone already, or goes now.
            let _ = child.kill().await;
            Ok(Err(NoReply(format!(
                "`{}` had not ended after {} and was killed",
                words_of(line),
                delay::words(limit)
            ))))
        }
    }
}

fn prepared(command: &MailCommand, line: &[String]) -> Result<Command, CannotRun> {
    let (program, arguments) = line
        .split_first()
        .ok_or_else(|| CannotRun("the mail command is empty".to_owned()))?;
    let mut prepared = Command::new(program);
    prepared
        .args(arguments)
        .envs(&command.environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(directory) = &command.directory {
        if !directory.is_dir() {
            return Err(CannotRun(format!(
                "cannot run `{}` in {}: there is no such folder",
                words_of(line),
                directory.display()
            )));
        }
        prepared.current_dir(directory);
    }
    #[cfg(unix)]
    prepared.process_group(0);
    if let Some(user) = &command.user {
        become_user(&mut prepared, user)?;
    }
    Ok(prepared)
}

#[cfg(unix)]
fn become_user(command: &mut Command, user: &str) -> Result<(), CannotRun> {
    use nix::unistd::{Uid, User};

    let found = match user.parse() {
        Ok(number) => User::from_uid(Uid::from_raw(number)),
        Err(_) => User::from_name(user),
    };
    match found {
        Ok(Some(found)) => {
            command.uid(found.uid.as_raw()).gid(found.gid.as_raw());
            Ok(())
        }
        Ok(None) => Err(CannotRun(format!("there is no user `{user}`"))),
        Err(error) => Err(CannotRun(format!("user `{user}` cannot be looked up: {error}"))),
    }
}

#[cfg(not(unix))]
fn become_user(_: &mut Command, user: &str) -> Result<(), CannotRun> {
    Err(CannotRun(format!("nothing can be run as user `{user}` here")))
}

/// The SMTP reply that the end of a command stands for.
fn answer(status: ExitStatus, said: &str) -> (u16, String) {
    let (code, mut text) = match status.code() {
        Some(exit) => {
            let (code, status, meaning) = sysexits::reply(exit);
            (code, format!("{status} exit code {exit} ({meaning})"))
        }
        // As mail systems do: who was killed may do better next time.
        None => (451, format!("4.3.0 {status}")),
    };
    if !said.is_empty() {
        text.push_str(": ");
        text.push_str(said);
    }
    (code, text)
}

/// The last line that is not blank, of text that comes in pieces.
#[derive(Debug, Default)]
struct LastLine {
    done: Vec<u8>,
    current: Vec<u8>,
}

impl LastLine {
    async fn listen(&mut self, mut input: impl AsyncRead + Unpin) {
        let mut chunk = [0; CHUNK];
        while let Ok(read @ 1..) = input.read(&mut chunk).await {
            for octet in &chunk[..read] {
                if *octet == b'\n' {
                    self.end_line();
                } else if self.current.len() < LONGEST_LINE {
                    self.current.push(*octet);
                }
            }
        }
        self.end_line();
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.current);
        if !line.trim_ascii().is_empty() {
            self.done = line;
        }
    }

    fn text(mut self) -> String {
        self.end_line();
        String::from_utf8_lossy(self.done.trim_ascii()).into_owned()
    }
}

/// A command and everything it started; killed together unless the command ended by itself.
struct Group {
    #[cfg(unix)]
    leader: Option<nix::unistd::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &tokio::process::Child) -> Group {
        let leader = child.id().and_then(|id| i32::try_from(id).ok());
        Group {
            leader: leader.map(nix::unistd::Pid::from_raw),
        }
    }

    #[cfg(not(unix))]
    fn of(_: &tokio::process::Child) -> Group {
        Group {}
    }

    /// It ended. What it left behind is the relay's.
    fn disarm(&mut self) {
        #[cfg(unix)]
        {
            self.leader = None;
        }
    }

    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(leader) = self.leader.take() {
            // Fails only if nobody is left.
            let _ = nix::sys::signal::killpg(leader, nix::sys::signal::Signal::SIGKILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
