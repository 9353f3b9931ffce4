//! Standard output and standard error. A reader that went away (`mmspec list | head`) is no error of ours.

use std::io::{self, IsTerminal, Write};

use crate::show::Paint;

/// Writes to standard output.
///
/// # Errors
/// The write's, except that a closed pipe is none.
pub fn print(text: &str) -> io::Result<()> {
    forgive_closed_pipe(to(&mut io::stdout().lock(), text))
}

/// Writes a question to standard output; the answer comes in the same line.
///
/// # Errors
/// The write's, except that a closed pipe is none.
pub fn ask(text: &str) -> io::Result<()> {
    print_octets(text.as_bytes())
}

/// Writes octets to standard output, exactly so.
///
/// # Errors
/// The write's, except that a closed pipe is none.
pub fn print_octets(octets: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    forgive_closed_pipe(out.write_all(octets).and_then(|()| out.flush()))
}

/// Whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Writes to standard error, and goes on if nobody takes it.
pub fn complain(text: &str) {
    let _ = to(&mut io::stderr().lock(), text);
}

/// Colours for standard output.
pub fn paint() -> Paint {
    Paint::new(io::stdout().is_terminal() && wants_colour())
}

/// Colours for standard error.
pub fn paint_errors() -> Paint {
    Paint::new(io::stderr().is_terminal() && wants_colour())
}

/// Whether standard error can show a progress bar.
pub fn can_redraw() -> bool {
    io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// See <https://no-color.org>.
fn wants_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn to(out: &mut dyn Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn forgive_closed_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
