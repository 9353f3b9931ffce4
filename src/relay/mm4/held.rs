//! Connections that stay open: one to each host, for every message there, with a HELO now and then.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as Turn;

use super::smtp_client::{Connection, Failure, Mail, Manner, Reply};
use crate::relay::node::Node;
use crate::relay::timer;

/// A connection in the hands of whoever has the turn. None: it is closed.
type Line = Arc<Turn<Option<Connection>>>;

/// The open connections of one relay.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    lines: Mutex<HashMap<SocketAddr, Line>>,
}

impl Lines {
    /// Sends one message in the connection to this host, which is opened if there is none.
    pub(super) async fn send(
        &self,
        mail: &Mail<'_>,
        manner: &Manner<'_>,
        to: SocketAddr,
        killed: Arc<AtomicBool>,
    ) -> Result<Vec<Reply>, Failure> {
        let line = self.line(to);
        let mut line = line.lock().await;
        // Whoever gives up in the middle takes the connection with him.
        let mut connection = match alive(line.take()).await {
            Some(connection) => connection,
            None => {
                let mut connection = Connection::open(to, killed).await?;
                connection.greet(manner).await?;
                connection
            }
        };
        let result = connection.transaction(mail).await;
        let stays = match &result {
            Ok(replies) if replies.iter().any(Reply::is_positive) => true,
            Err(Failure::Lost(_)) => false,
            Err(Failure::Refused(reply)) if reply.code == 421 => false,
            _ => connection.command("RSET").await.is_ok(),
        };
        *line = Some(connection).filter(|_| stays);
        result
    }

    fn line(&self, to: SocketAddr) -> Line {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.entry(to).or_default().clone()
    }

    /// Says HELO in each connection that is open.
    async fn greet_all(&self, manner: &Manner<'_>) {
        let lines: Vec<Line> = {
            let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.values().cloned().collect()
        };
        for line in lines {
            let mut line = line.lock().await;
            if let Some(mut connection) = line.take()
                && connection.helo(manner).await.is_ok()
            {
                *line = Some(connection);
            }
        }
    }
}

/// The connection, if the other side still answers.
async fn alive(connection: Option<Connection>) -> Option<Connection> {
    let mut connection = connection?;
    connection
        .command("NOOP")
        .await
        .ok()?
        .is_positive()
        .then_some(connection)
}

/// Keeps what is open alive for as long as the relay lives.
pub(crate) async fn keep(node: Arc<Node>, every: Duration) {
    let name = node.config.mm4.name.as_ref().unwrap_or(&node.config.domain);
    let manner = Manner::plain(name);
    loop {
        tokio::select! {
            () = timer::pause(every) => node.lines.greet_all(&manner).await,
            () = node.closing.cancelled() => return,
        }
    }
}
