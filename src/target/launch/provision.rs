//! Telling a relay of subscribers, and cleaning up between scripts.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Client, Method};
use tokio::process::Command;
use tokio::time::timeout;

use super::files::folder;
use super::ready::{http_client, root_of};
use crate::target::{Provision, Target};

/// How long one action may take.
const LIMIT: Duration = Duration::from_secs(30);
/// Characters of an answer that come with an error.
const SHOWN: usize = 300;

/// Does what a target file says under `provisioning` and `reset`.
#[derive(Debug, Default)]
pub struct Provisioner {
    /// Made when it is needed: most runs do not.
    client: OnceLock<Client>,
}

impl Provisioner {
    fn client(&self) -> Result<&Client, String> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = http_client()?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Does all that a relay needs to know of a subscriber, in order.
    ///
    /// # Errors
    /// What failed and how, for a person.
    pub async fn subscriber(&self, target: &Target, number: &str) -> Result<(), String> {
        for action in &target.provisioning {
            let done = match action {
                Provision::Http {
                    method,
                    url,
                    headers,
                    body,
                } => {
                    let request = Request {
                        method,
                        url: fill(url, number),
                        headers: headers.iter().map(|(n, v)| (n.as_str(), fill(v, number))),
                        body: fill(body, number),
                    };
                    match self.client() {
                        Ok(client) => request.send(client).await,
                        Err(reason) => Err(reason),
                    }
                }
                Provision::Command(words) => {
                    let words: Vec<String> = words.iter().map(|word| fill(word, number)).collect();
                    run(&words, target.here()).await
                }
                Provision::Line { file, text } => append(&folder(target).join(file), &fill(text, number)),
            };
            done.map_err(|reason| format!("provisioning of {number}: {reason}"))?;
        }
        Ok(())
    }

    /// Runs the command of `reset`.
    ///
    /// # Errors
    /// How it failed, for a person.
    pub async fn reset(&self, target: &Target, words: &[String]) -> Result<(), String> {
        let done = run(words, target.here()).await;
        done.map_err(|reason| format!("reset: {reason}"))
    }
}

fn fill(text: &str, number: &str) -> String {
    text.replace("{number}", number)
        .replace("{digits}", number.trim_start_matches('+'))
}

struct Request<'a, H> {
    method: &'a str,
    url: String,
    headers: H,
    body: String,
}

impl<'a, H: Iterator<Item = (&'a str, String)>> Request<'_, H> {
    async fn send(self, client: &Client) -> Result<(), String> {
        let (method, url) = (self.method, self.url);
        let verb = Method::from_bytes(method.as_bytes()).map_err(|_| format!("`{method}` is no method"))?;
        let mut request = client.request(verb, &url).timeout(LIMIT).body(self.body);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let failed = |e: reqwest::Error| format!("{method} {url}: {}", root_of(&e));
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let said = answer.text().await.unwrap_or_default();
        let said: String = said.chars().take(SHOWN).collect();
        Err(format!(
            "{method} {url} was answered with {} and not with 2xx: {said}",
            status.as_u16()
        ))
    }
}

async fn run(words: &[String], here: &Path) -> Result<(), String> {
    let shown = words.join(" ");
    let mut all = words.iter();
    let program = all.next().ok_or("the command is empty")?;
    let here = std::path::absolute(here).map_err(|e| format!("{}: {e}", here.display()))?;
    let program: PathBuf = match program.contains('/') {
        true => here.join(program),
        false => program.into(),
    };
    let output = Command::new(program)
        .args(all)
        .current_dir(&here)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(LIMIT, output)
        .await
        .map_err(|_| format!("`{shown}` did not end within {} s", LIMIT.as_secs()))?
        .map_err(|e| format!("`{shown}`: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(if output.stderr.is_empty() {
        &output.stdout
    } else {
        &output.stderr
    });
    let said: String = said.trim().chars().take(SHOWN).collect();
    Err(format!("`{shown}` ended with {}: {said}", output.status))
}

fn append(file: &Path, text: &str) -> Result<(), String> {
    let appended = File::options()
        .create(true)
        .append(true)
        .open(file)
        .and_then(|mut file| file.write_all(format!("{text}\n").as_bytes()));
    appended.map_err(|e| format!("{}: {e}", file.display()))
}
