//! `mmspec relay`: the embedded relay alone, for trying things by hand and as a peer of real ones.

use std::fs;
use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::shared::{print, runtime};
use crate::cli::args::RelayArgs;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::relay::{Config, DEFECTS, DIALECTS, Relay, StartError};
use crate::run::host::READ_AGAIN;

/// The configuration of a relay that was given none.
const SMALL: &str = include_str!("relay.yaml");

const INPUT: &str = "standard input";
/// The line that ends a YAML document.
const DOCUMENT_END: &str = "...";

pub fn relay(args: &RelayArgs) -> Result<u8, Failure> {
    if args.list_defects {
        print(&defects())?;
        return Ok(exit::AS_EXPECTED);
    }
    if args.list_dialects {
        print(&dialects())?;
        return Ok(exit::AS_EXPECTED);
    }
    if let (Some(socket), Some(rcpt)) = (&args.deliver, &args.rcpt) {
        return deliver(socket, &args.mail, rcpt);
    }
    let (config, further) = match &args.config {
        None => (parse("the built-in configuration", SMALL)?, Further::None),
        Some(path) if path == Path::new("-") => from_input()?,
        Some(path) => (read(path)?, Further::File(path.clone())),
    };
    let mut config = config;
    config.dialects.extend(args.dialects.iter().cloned());
    if args.print_config {
        print(&serde_saphyr::to_string(&config).map_err(Failure::error)?)?;
        return Ok(exit::AS_EXPECTED);
    }
    runtime()?.block_on(serve(config, further))?;
    Ok(exit::AS_EXPECTED)
}

/// Hands standard input to a running relay.
fn deliver(socket: &Path, mail: &str, rcpt: &str) -> Result<u8, Failure> {
    let mut message = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut message);
    let not_delivered = |why: String| {
        output::complain(&why);
        exit::NOT_DELIVERED
    };
    if let Err(error) = read {
        return Ok(not_delivered(error.to_string()));
    }
    let handed = runtime()?.block_on(crate::relay::deliver(socket, mail, rcpt, &message));
    Ok(handed.map_or_else(not_delivered, |()| exit::AS_EXPECTED))
}

/// Where further tables of subscribers come from.
enum Further {
    None,
    /// The same file, read at SIGHUP.
    File(PathBuf),
    /// Standard input, which is the relay's life line as well.
    Input(Input),
}

fn from_input() -> Result<(Config, Further), Failure> {
    let mut input = Input::open();
    let Some(Document { text, more }) = input.documents.blocking_recv() else {
        return Err(Failure::usage("standard input cannot be read"));
    };
    let further = if more {
        Further::Input(input)
    } else {
        Further::None
    };
    Ok((parse(INPUT, &text)?, further))
}

/// Runs until Ctrl-C, or the end of an input that has more to say. SIGHUP, and a further configuration there, bring another
/// table of subscribers.
async fn serve(config: Config, mut further: Further) -> Result<(), Failure> {
    let path = config.mm1.path.clone();
    let https = config.mm1.tls.is_some();
    let log = std::sync::Arc::new(|line: &str| output::complain(line));
    let relay = Relay::start_logging(config, log).await.map_err(|e| match e {
        StartError::Listen { .. } | StartError::Store { .. } => Failure::error(e),
        StartError::UnknownDefect(_)
        | StartError::Dialect(_)
        | StartError::Ways(_)
        | StartError::Push(_)
        | StartError::Homes(_) => Failure::usage(e),
    })?;
    let scheme = if https { "https" } else { "http" };
    print(&format!(
        "MM1 {scheme}://{}{path}\nMM4 {}\nCtrl-C ends it",
        relay.mm1_addr(),
        relay
            .mm4_addr()
            .map_or_else(|| "none".to_owned(), |addr| addr.to_string())
    ))?;
    let cannot = |e: std::io::Error| Failure::error(format!("cannot wait for signals: {e}"));
    let mut again = Again::new().map_err(cannot)?;
    loop {
        tokio::select! {
            ended = tokio::signal::ctrl_c() => {
                ended.map_err(cannot)?;
                break;
            }
            () = again.wanted() => if let Further::File(path) = &further {
                reload(&relay, read(path));
            },
            document = further.document() => match document {
                Some(text) => {
                    reload(&relay, parse(INPUT, &text));
                    print(READ_AGAIN)?;
                }
                None => break,
            },
        }
    }
    relay.stop().await;
    Ok(())
}

fn reload(relay: &Relay, config: Result<Config, Failure>) {
    match config {
        Ok(config) => relay.reload(&config.subscribers),
        // It goes on with what it has.
        Err(failure) => output::complain(&failure.message),
    }
}

impl Further {
    /// The next configuration on standard input. None: the input has ended, and so does the relay.
    async fn document(&mut self) -> Option<String> {
        match self {
            Further::Input(input) => input.documents.recv().await.map(|document| document.text),
            _ => std::future::pending().await,
        }
    }
}

/// Standard input, read by a thread of its own: reading it cannot be given up.
struct Input {
    documents: UnboundedReceiver<Document>,
}

struct Document {
    text: String,
    /// A line `...` ended it and not the input.
    more: bool,
}

impl Input {
    fn open() -> Input {
        let (sender, documents) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                if line.trim_end() != DOCUMENT_END {
                    text.push_str(&line);
                    text.push('\n');
                    continue;
                }
                let text = std::mem::take(&mut text);
                if sender.send(Document { text, more: true }).is_err() {
                    return;
                }
            }
            if !text.trim().is_empty() {
                // Nobody listens any more if the relay has ended.
                let _ = sender.send(Document { text, more: false });
            }
        });
        Input { documents }
    }
}

/// SIGHUP, where there is such a thing.
struct Again {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Again {
    #[cfg(unix)]
    fn new() -> std::io::Result<Again> {
        let kind = tokio::signal::unix::SignalKind::hangup();
        tokio::signal::unix::signal(kind).map(|signal| Again { signal })
    }

    #[cfg(unix)]
    async fn wanted(&mut self) {
        if self.signal.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Again> {
        Ok(Again {})
    }

    #[cfg(not(unix))]
    async fn wanted(&mut self) {
        std::future::pending::<()>().await;
    }
}

fn read(path: &Path) -> Result<Config, Failure> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|e| Failure::usage(format!("{name}: {e}")))?;
    parse(&name.to_string(), &text)
}

fn parse(name: &str, text: &str) -> Result<Config, Failure> {
    serde_saphyr::from_str(text).map_err(|e| Failure::usage(placed(name, &e)))
}

/// `file:line:column: what is wrong`, and the lines around it.
fn placed(name: &str, error: &serde_saphyr::Error) -> String {
    let Some(at) = error.location() else {
        return format!("{name}: {error}");
    };
    let (line, column) = (at.line(), at.column());
    let excerpt = error.render_with_options(serde_saphyr::render_options! { source_name: Some(name) });
    let excerpt = excerpt.split_once('\n').map_or("", |(_, excerpt)| excerpt);
    let message = error.without_snippet().to_string();
    let suffix = format!(" at line {line}, column {column}");
    let message = message.strip_suffix(&suffix).unwrap_or(&message);
    format!("{name}:{line}:{column}: {message}\n{excerpt}")
        .trim_end()
        .to_owned()
}

fn dialects() -> String {
    let named = |millis: Option<u64>| millis.map_or_else(String::new, |ms| format!("[={ms}]"));
    let names = DIALECTS.iter().map(|d| format!("{}{}", d.name, named(d.millis)));
    let names: Vec<String> = names.collect();
    let width = names.iter().map(String::len).max().unwrap_or(0);
    let mut out = String::new();
    for (name, dialect) in names.iter().zip(DIALECTS) {
        out.push_str(&format!(
            "{name:<width$}  {} ({})\n",
            dialect.does, dialect.source
        ));
    }
    out.push_str(&format!(
        "{} dialects; [=N] is a time in milliseconds\n",
        DIALECTS.len()
    ));
    out
}

fn defects() -> String {
    let width = DEFECTS.iter().map(|d| d.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for defect in DEFECTS.iter() {
        out.push_str(&format!(
            "{:<width$}  {} ({}; {})\n",
            defect.name,
            defect.breaks,
            defect.clause,
            defect.tests.join(", ")
        ));
    }
    out.push_str(&format!("{} defects\n", DEFECTS.len()));
    out
}
