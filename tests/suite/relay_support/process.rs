//! A relay as a process of its own: `mmspec relay --config FILE`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use mmspec::relay::Config;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::{Running, SOON};

/// A running process. Dropped, it is killed.
pub struct Process {
    child: Child,
    file: PathBuf,
    mm1: SocketAddr,
    mm4: SocketAddr,
}

impl Process {
    /// Starts a relay whose configuration file lies in `dir`.
    pub async fn start(config: &Config, dir: &Path) -> Process {
        let file = dir.join(format!("{}.yaml", config.name));
        // JSON is YAML.
        std::fs::write(&file, serde_json::to_string_pretty(config).unwrap()).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_mmspec"))
            .args(["relay", "--config"])
            .arg(&file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut value = async |name: &str| {
            let line = timeout(SOON, lines.next_line()).await.unwrap().unwrap().unwrap();
            line.strip_prefix(name)
                .unwrap_or_else(|| panic!("{line}"))
                .to_owned()
        };
        let mm1 = value("MM1 http://").await;
        let mm4 = value("MM4 ").await;
        Process {
            child,
            file,
            mm1: mm1.split('/').next().unwrap().parse().unwrap(),
            mm4: mm4.parse().unwrap(),
        }
    }

    /// SIGKILL. Returns when the process is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Gives it another configuration file, and SIGHUP.
    pub async fn reload(&self, config: &Config) {
        std::fs::write(&self.file, serde_json::to_string_pretty(config).unwrap()).unwrap();
        let pid = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-HUP", &pid]).status().await.unwrap();
        assert!(sent.success());
    }
}

impl Running for Process {
    fn mm1_addr(&self) -> SocketAddr {
        self.mm1
    }

    fn mm4_addr(&self) -> SocketAddr {
        self.mm4
    }
}
