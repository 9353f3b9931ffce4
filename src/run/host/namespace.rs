//! Networks of their own: one for the whole run, so that nothing of it leaves the machine and nothing of the machine is changed, and one for
//! each relay in it, joined to the suite's by a pair of virtual interfaces. `unshare` and `ip` do the work.

use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{self, ExitStatus, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// The suite's address inside.
pub(super) const SUITE: Ipv4Addr = Ipv4Addr::new(10, 213, 0, 1);

/// What a child says when it has left the suite's network.
pub(super) const APART: &str = "apart";

/// Set for a suite that is in a network of its own.
const INSIDE: &str = "MMSPEC_PRIVATE_NETWORK";

/// With a user namespace anybody may; without one, root.
const WAYS: [&[&str]; 2] = [&["--user", "--map-root-user", "--net"], &["--net"]];

/// All that will be needed.
const PROBE: &str =
    "ip link set lo up && ip link add name probe0 type veth peer name probe1 && unshare --net -- true";

const ENTER: &str = r#"ip link set lo up && ip addr add "$1/32" dev lo && shift && exec "$@""#;

const LEAVE: &str = r#"echo apart && read connected && ip link set lo up && ip addr add "$1/32" dev eth0 && ip link set eth0 up &&
ip route add "$2/32" dev eth0 src "$1" && shift 2 && exec "$@""#;

/// This machine does not let the suite make networks.
#[derive(Debug, thiserror::Error)]
#[error("this machine allows no network namespaces: {0}")]
pub struct Forbidden(String);

/// Runs this program with these arguments once more, in a network of its own. None: it is in one already.
///
/// # Errors
/// Neither a user nor root may make a network here, or `unshare` or `ip` is missing.
pub fn in_private_network(
    program: &Path,
    arguments: impl Iterator<Item = OsString>,
) -> Result<Option<ExitStatus>, Forbidden> {
    if std::env::var_os(INSIDE).is_some() {
        return Ok(None);
    }
    let way = way()?;
    process::Command::new("unshare")
        .args(way)
        .args(["--", "sh", "-c", ENTER, "sh"])
        .arg(SUITE.to_string())
        .arg(program)
        .args(arguments)
        .env(INSIDE, "1")
        .status()
        .map(Some)
        .map_err(|e| Forbidden(format!("unshare: {e}")))
}

fn way() -> Result<&'static [&'static str], Forbidden> {
    let mut why = String::new();
    for way in WAYS {
        let tried = process::Command::new("unshare")
            .args(way)
            .args(["--", "sh", "-c", PROBE])
            .stdin(Stdio::null())
            .output()
            .map_err(|e| Forbidden(format!("unshare: {e}")))?;
        if tried.status.success() {
            return Ok(way);
        }
        why = String::from_utf8_lossy(&tried.stderr).trim().to_owned();
    }
    Err(Forbidden(why))
}

/// The address of a relay of the run.
pub(super) fn relay_ip(number: u32) -> Ipv4Addr {
    let [_, _, high, low] = number.wrapping_add(1).to_be_bytes();
    Ipv4Addr::new(10, 214, high, low)
}

/// A relay that leaves the suite's network, says so, and waits to be connected.
pub(super) fn relay_command(program: &Path, number: u32) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(["--net", "--", "sh", "-c", LEAVE, "sh"])
        .args([relay_ip(number).to_string(), SUITE.to_string()])
        .arg(program)
        .args(["relay", "--config", "-"]);
    command
}

/// Lays a cable from the suite to that process. It vanishes with the process.
///
/// # Errors
/// What `ip` said.
pub(super) async fn connect(number: u32, process: u32) -> Result<(), String> {
    let ip = relay_ip(number);
    let orders = format!(
        "link add name mms{number} type veth peer name eth0 netns {process}\n\
         link set mms{number} up\n\
         route add {ip}/32 dev mms{number} src {SUITE}\n"
    );
    let mut child = Command::new("ip")
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("ip: {e}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        let told = stdin.write_all(orders.as_bytes()).await;
        told.map_err(|e| format!("ip: {e}"))?;
    }
    let output = child.wait_with_output().await.map_err(|e| format!("ip: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_differ() {
        assert_eq!(relay_ip(0), Ipv4Addr::new(10, 214, 0, 1));
        assert_eq!(relay_ip(255), Ipv4Addr::new(10, 214, 1, 0));
    }
}
