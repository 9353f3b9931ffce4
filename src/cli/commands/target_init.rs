//! `mmspec target init`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use super::shared::print;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::target_args::{PushArg, StartArg, TargetInitArgs};
use crate::target::Answers;

pub fn target_init(args: &TargetInitArgs) -> Result<u8, Failure> {
    let ask = !args.no_questions && std::io::stdin().is_terminal();
    let answers = answers(args, &mut Questions { ask })?;
    let path = args
        .file
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.yaml", answers.name)));
    let name = path.display();
    if path.exists() && !args.force {
        return Err(Failure::usage(format!(
            "{name} is there already; name another file, or --force to write over it"
        )));
    }
    std::fs::write(&path, answers.render())
        .map_err(|e| Failure::usage(format!("cannot write {name}: {e}")))?;
    print(&format!("{name} is written; now: mmspec target check {name}"))?;
    Ok(exit::AS_EXPECTED)
}

fn answers(args: &TargetInitArgs, questions: &mut Questions) -> Result<Answers, Failure> {
    let usual = Answers::default();
    let mut answer = |given: &Option<String>, question: &str, usual: String| match given {
        Some(given) => Ok(given.clone()),
        None => questions.ask(question, usual),
    };
    let start = args.start.map(|s: StartArg| s.word().to_owned());
    let push = args.push.map(|p: PushArg| p.channel().name().to_owned());
    Ok(Answers {
        name: answer(&args.name, "Name of the relay", usual.name)?,
        start: answer(
            &start,
            "Does it run already (remote), or does mmspec start it (command)",
            usual.start,
        )?,
        mm1_url: answer(&args.mm1_url, "URL to which clients POST on MM1", usual.mm1_url)?,
        identity_header: answer(
            &args.identity_header,
            "HTTP header that names the client",
            usual.identity_header,
        )?,
        mm4: answer(&args.mm4, "Address at which it takes MM4 (SMTP)", usual.mm4)?,
        domain: answer(&args.domain, "Domain of its MMSE", usual.domain)?,
        prefix: answer(
            &args.prefix,
            "Numbers of its subscribers begin with",
            usual.prefix,
        )?,
        push: answer(&push, "How it pushes (kannel, smpp, pap, hook, wsp)", usual.push)?,
        push_listen: answer(&args.push_listen, "Address it pushes to", usual.push_listen)?,
        peer_domain: answer(
            &args.peer_domain,
            "Domain of another MMSE it sends to",
            usual.peer_domain,
        )?,
        peer_listen: answer(
            &args.peer_listen,
            "Address it sends MM4 for it to",
            usual.peer_listen,
        )?,
        peer_prefix: answer(
            &args.peer_prefix,
            "Numbers of that MMSE begin with",
            usual.peer_prefix,
        )?,
    })
}

/// Questions on the terminal.
struct Questions {
    ask: bool,
}

impl Questions {
    /// An empty answer is the usual one.
    fn ask(&mut self, question: &str, usual: String) -> Result<String, Failure> {
        if !self.ask {
            return Ok(usual);
        }
        let cannot = |e: std::io::Error| Failure::error(format!("cannot ask: {e}"));
        let mut out = std::io::stderr().lock();
        write!(out, "{question} [{usual}]: ")
            .and_then(|()| out.flush())
            .map_err(cannot)?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(cannot)?;
        let line = line.trim();
        Ok(if line.is_empty() { usual } else { line.to_owned() })
    }
}
