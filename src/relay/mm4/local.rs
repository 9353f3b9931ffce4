//! Mail from programs of this machine: a running relay takes it on a socket in the file system, by the SMTP that it speaks anyway.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::{UnixListener, UnixStream};

use super::pipe;
use super::server::Session;
use super::smtp_client::{Connection, Failure, Mail, Manner};
use crate::relay::config::Config;
use crate::relay::defects::Seeds;
use crate::relay::node::Node;
use crate::relay::socket::Socket;

/// A socket in the file system, which is gone when this is.
#[derive(Debug)]
pub(crate) struct Doorway {
    listener: UnixListener,
    path: PathBuf,
}

impl Doorway {
    /// The one that is configured, if any.
    ///
    /// # Errors
    /// It cannot be opened, for a person.
    pub fn of(config: &Config) -> Result<Option<Doorway>, String> {
        let Some(path) = &config.mm4.deliver_socket else {
            return Ok(None);
        };
        let opened = Doorway::open(path).map_err(|e| format!("mm4.deliver-socket {}: {e}", path.display()));
        opened.map(Some)
    }

    /// Listens there. What another life of the relay left behind is taken away.
    ///
    /// # Errors
    /// As of `bind`; somebody listens there already.
    fn open(path: &Path) -> io::Result<Doorway> {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Doorway {
            listener: UnixListener::bind(path)?,
            path: path.to_owned(),
        })
    }
}

impl Drop for Doorway {
    fn drop(&mut self) {
        // Where it is gone already, nothing is left to do.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Takes messages until the relay closes.
pub(crate) async fn serve(node: Arc<Node>, doorway: Doorway) {
    loop {
        let accepted = tokio::select! {
            accepted = doorway.listener.accept() => accepted,
            () = node.closing.cancelled() => return,
        };
        if let Ok((stream, _)) = accepted {
            node.spawn_exchange(Session::local(node.clone()).run(Socket::local(stream)));
        }
    }
}

/// Hands one message for one recipient to the relay that listens on this socket. Lines may end in LF.
///
/// # Errors
/// Why the relay does not have it, for a person.
pub async fn deliver(socket: &Path, from: &str, to: &str, message: &[u8]) -> Result<(), String> {
    let stream = UnixStream::connect(socket)
        .await
        .map_err(|e| format!("{}: {e}", socket.display()))?;
    let mut connection = Connection::over(Socket::local(stream));
    let refused = |failure: Failure| failure.to_string();
    connection
        .greet(&Manner::plain("localhost"))
        .await
        .map_err(refused)?;
    let mail = Mail {
        from: bare(from),
        recipients: &[bare(to).to_owned()],
        message: &pipe::with_crlf(message),
        seeds: &Seeds::default(),
    };
    let replies = connection.transaction(&mail).await.map_err(refused)?;
    connection.quit().await;
    match replies.into_iter().find(|reply| !reply.is_positive()) {
        Some(reply) => Err(Failure::Refused(reply).to_string()),
        None => Ok(()),
    }
}

/// A path without the brackets that some write around it.
fn bare(path: &str) -> &str {
    path.strip_prefix('<')
        .and_then(|path| path.strip_suffix('>'))
        .unwrap_or(path)
}
