//! A target file is a template first: what an instance of a relay gets anew — ports, a folder — and what does not belong into
//! a file that is shared — secrets — is filled in before it is read as YAML.
//!
//! `{{ port('mm1') }}` is a port that nobody listens on, the same for the same name; `{{ dir }}` a folder of this instance;
//! `{{ relay }}` its name in the topology; `{{ mmspec }}` this program; `{{ here }}` the folder of the target file; `{{ env('X') }}` a
//! variable of the environment; `{{ secret('X') }}` the same, and never shown; `{{ other.domain }}` and `{{ other.prefix }}` are those of the
//! relay that this one interworks with. Lines stay lines, so that errors in the YAML have their place.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};

use super::{Secrets, Wrong};

/// Where ports for relays are looked for: above what services have, below what the system hands out to outgoing connections, whose
/// remains would be in the way.
const FIRST_PORT: u16 = 10_000;
const LAST_PORT: u16 = 32_000;

/// Domain and number prefix of an MMSE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub domain: String,
    pub prefix: String,
}

/// What an instance of a target is made for.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its name in the topology.
    pub relay: String,
    /// The MMSE it interworks with.
    pub other: Identity,
    /// This program.
    pub program: PathBuf,
    /// A folder for what is written; made when it is needed.
    pub dir: PathBuf,
}

/// What one instance has been given so far. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Given(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    ports: BTreeMap<String, u16>,
    secrets: Secrets,
}

impl Given {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn secrets(&self) -> Secrets {
        self.inner().secrets.clone()
    }

    fn port(&self, name: &str) -> Option<u16> {
        let mut inner = self.inner();
        if let Some(port) = inner.ports.get(name) {
            return Some(*port);
        }
        let port = free_port(&inner.ports)?;
        inner.ports.insert(name.to_owned(), port);
        Some(port)
    }

    fn secret(&self, value: &str) {
        self.inner().secrets.add(value);
    }
}

/// The text of a target file in which nothing is filled in on lines that are comments.
pub fn shield_comments(text: &str) -> String {
    let shielded = text.split_inclusive('\n').map(|line| {
        if !line.trim_start().starts_with('#') || !line.contains('{') {
            return line.to_owned();
        }
        let (comment, end) = match line.strip_suffix('\n') {
            Some(comment) => (comment, "\n"),
            None => (line, ""),
        };
        format!("{{% raw %}}{comment}{{% endraw %}}{end}")
    });
    shielded.collect()
}

/// Fills in what stands between `{{` and `}}`.
///
/// # Errors
/// A name that is not known, a variable that is not set, no free port.
pub fn render(
    path: &str,
    here: &Path,
    text: &str,
    setting: &Setting,
    given: &Given,
) -> Result<String, Wrong> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let ports = given.clone();
    environment.add_function("port", move |name: String| {
        ports.port(&name).map(Value::from).ok_or_else(|| {
            let none = format!("no port between {FIRST_PORT} and {LAST_PORT} is free");
            Error::new(ErrorKind::InvalidOperation, none)
        })
    });
    environment.add_function("env", |name: String| variable(&name));
    let secrets = given.clone();
    environment.add_function("secret", move |name: String| {
        let value = variable(&name)?;
        secrets.secret(&value);
        Ok::<_, Error>(value)
    });
    let values = context! {
        relay => &setting.relay,
        mmspec => setting.program.display().to_string(),
        dir => setting.dir.display().to_string(),
        here => std::path::absolute(here).unwrap_or_else(|_| here.to_owned()).display().to_string(),
        other => context! { domain => &setting.other.domain, prefix => &setting.other.prefix },
    };
    let mut rendered = environment
        .render_str(text, values)
        .map_err(|e| Wrong::Template {
            path: path.to_owned(),
            line: e.line().unwrap_or(1),
            reason: explain(&e),
        })?;
    // The template engine drops the last line end.
    if text.ends_with('\n') && !rendered.ends_with('\n') {
        rendered.push('\n');
    }
    Ok(rendered)
}

fn variable(name: &str) -> Result<String, Error> {
    std::env::var(name).map_err(|_| {
        let unset = format!("the environment variable {name} is not set; set it before starting mmspec");
        Error::new(ErrorKind::InvalidOperation, unset)
    })
}

fn explain(error: &Error) -> String {
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::InvalidOperation if !detail.is_empty() => detail.to_owned(),
        ErrorKind::UndefinedError => format!(
            "a name between {{{{ and }}}} is not known; there are relay, other.domain, other.prefix, mmspec, dir, here, and the \
             functions port('name'), env('NAME'), secret('NAME'){}",
            if detail.is_empty() {
                String::new()
            } else {
                format!(" ({detail})")
            }
        ),
        ErrorKind::UnknownFunction => {
            format!("{detail}; the functions are port('name'), env('NAME'), secret('NAME')")
        }
        kind => format!("{kind}: {detail}"),
    }
}

/// A port that nobody listens on, on TCP and UDP, and that this instance has not got yet.
fn free_port(taken: &BTreeMap<String, u16>) -> Option<u16> {
    let last = ephemeral_range().map_or(LAST_PORT, |(first, _)| LAST_PORT.min(first.saturating_sub(1)));
    let first = if last > FIRST_PORT { FIRST_PORT } else { 1_024 };
    let span = u32::from(last.saturating_sub(first)) + 1;
    // Instances that begin side by side begin in different places.
    let start = fastrand(span);
    (0..span)
        .map(|n| first + u16::try_from((start + n) % span).unwrap_or_default())
        .find(|port| !taken.values().any(|t| t == port) && is_free(*port))
}

fn fastrand(below: u32) -> u32 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let random = RandomState::new().build_hasher().finish() % u64::from(below.max(1));
    u32::try_from(random).unwrap_or_default()
}

fn is_free(port: u16) -> bool {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(at).is_ok() && UdpSocket::bind(at).is_ok()
}

/// The ports that the system hands out to outgoing connections, first and last.
pub fn ephemeral_range() -> Option<(u16, u16)> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let mut ports = text.split_whitespace().map(str::parse);
    Some((ports.next()?.ok()?, ports.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting() -> Setting {
        Setting {
            relay: "B".to_owned(),
            other: Identity {
                domain: "mms.a.example".to_owned(),
                prefix: "+1555100".to_owned(),
            },
            program: "/bin/mmspec".into(),
            dir: "/tmp/x".into(),
        }
    }

    fn rendered(text: &str) -> Result<String, Wrong> {
        render("t.yaml", Path::new("/t"), text, &setting(), &Given::default())
    }

    #[test]
    fn a_port_has_a_name_and_stays() {
        let text = rendered("{{ port('a') }} {{ port('b') }} {{ port('a') }}\n").unwrap();
        let ports: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(ports[0], ports[2]);
        assert_ne!(ports[0], ports[1]);
        assert!(text.ends_with('\n'));
    }

    #[test]
    fn an_instance_knows_itself_and_the_other() {
        let text =
            rendered("{{ relay }} {{ other.domain }} {{ other.prefix }} {{ dir }} {{ here }}").unwrap();
        assert_eq!(text, "B mms.a.example +1555100 /tmp/x /t");
    }

    #[test]
    fn comments_stay_as_they_are() {
        let text = "a: 1\n  # {{ env('MMSPEC_NOT_SET') }} {# {%\nb: {{ relay }} # {{ relay }}\n";
        let text = rendered(&shield_comments(text)).unwrap();
        assert_eq!(text, "a: 1\n  # {{ env('MMSPEC_NOT_SET') }} {# {%\nb: B # B\n");
    }

    #[test]
    fn what_is_wrong_has_a_line() {
        for (text, wanted) in [
            ("a: 1\nb: {{ nonsense }}\n", "t.yaml:2: a name"),
            ("{{ porty('x') }}", "functions are port('name')"),
            ("{{ env('MMSPEC_NOT_SET') }}", "MMSPEC_NOT_SET is not set"),
        ] {
            let wrong = rendered(text).unwrap_err().to_string();
            assert!(wrong.contains(wanted), "{wrong}");
        }
    }
}
