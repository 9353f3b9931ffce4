//! `mmspec shim`: what a relay under test runs. Exit codes are those that the relay expects, not those of [`crate::cli::exit`].

use std::io::Read as _;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::cli::args::{SendmailArgs, ShimArgs, ShimCommand};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::party::peer::Place;
use crate::party::peer::sendmail::{self, Exit};
use crate::wire::smtp::sysexits;

pub fn shim(args: ShimArgs) -> Result<u8, Failure> {
    let ShimCommand::Sendmail(args) = args.command;
    let exit = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(in_time(&args)),
        Err(error) => later(format!("cannot start the runtime: {error}")),
    };
    if exit.code != sysexits::OK {
        output::complain(&format!("mmspec shim sendmail: {}", exit.words));
    }
    Ok(u8::try_from(exit.code).unwrap_or(u8::MAX))
}

async fn in_time(args: &SendmailArgs) -> Exit {
    let limit = Duration::from_secs(args.timeout);
    match timeout(limit, sendmail(args, limit)).await {
        Ok(exit) => exit,
        Err(_) => later(format!("nothing was settled within {} s", args.timeout)),
    }
}

async fn sendmail(args: &SendmailArgs, limit: Duration) -> Exit {
    // Read before anything else: a relay should hear of what is wrong by the exit code, and not by a broken pipe.
    let message = match input().await {
        Ok(message) => message,
        Err(exit) => return exit,
    };
    match place(&args.to).await {
        Ok(place) => sendmail::hand_over(&place, &args.arguments, &message, limit).await,
        Err(exit) => exit,
    }
}

async fn place(to: &str) -> Result<Place, Exit> {
    #[cfg(unix)]
    if let Some(path) = to.strip_prefix("unix:") {
        return Ok(Place::Unix(path.into()));
    }
    let has_port = to
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if !has_port {
        let words = format!("--to {to}: expected HOST:PORT or unix:PATH");
        return Err(Exit::new(sysexits::USAGE, words));
    }
    let found = tokio::net::lookup_host(to).await;
    let mut found = found.map_err(|error| later(format!("{to}: {error}")))?;
    found
        .next()
        .map(Place::Tcp)
        .ok_or_else(|| later(format!("{to}: the host has no address")))
}

/// Standard input, up to one octet more than is taken. A thread of its own reads it: that cannot be given up, and must not keep the
/// program from ending.
async fn input() -> Result<Vec<u8>, Exit> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut message = Vec::new();
        let bound = u64::try_from(sendmail::LONGEST_MESSAGE).map_or(u64::MAX, |limit| limit + 1);
        let read = std::io::stdin().lock().take(bound).read_to_end(&mut message);
        // Who no longer waits has ended in the meantime.
        let _ = sender.send(read.map(|_| message));
    });
    match receiver.await {
        Ok(Ok(message)) => Ok(message),
        Ok(Err(error)) => Err(later(format!("standard input: {error}"))),
        Err(_) => Err(later("standard input cannot be read".to_owned())),
    }
}

fn later(words: String) -> Exit {
    Exit::new(sysexits::TEMPFAIL, words)
}
