//! What a connection is recorded with.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::follow::Follower;
use super::hop::Sink;
use super::shape::Direction;
use super::{Arrival, Connection, Crossing};

/// Takes what one relay sends over a wire.
pub(super) struct Recorder {
    /// The wire.
    pub name: String,
    /// The relay.
    pub from: String,
    pub sink: Sink,
}

impl Recorder {
    /// `connection`: as the server sees it.
    pub fn record(&self, crossing: Crossing, connection: Option<Connection>) {
        (self.sink)(Arrival {
            place: self.name.clone(),
            from: Some(self.from.clone()),
            crossing,
            wire: connection.map(Connection::sent),
        });
    }
}

/// Follows one connection. Its end, also by being aborted, records the mail that got no reply.
pub(super) struct Ends {
    follower: Mutex<Follower>,
    /// None: its mails are seen elsewhere.
    mails: Option<Arc<Recorder>>,
    /// The one to the server.
    connection: Option<Connection>,
}

impl Ends {
    pub fn new(mails: Option<Arc<Recorder>>, connection: Option<Connection>) -> Ends {
        Ends {
            follower: Mutex::new(Follower::new()),
            mails,
            connection,
        }
    }

    /// Octets that pass in this direction, before the end they go to has them.
    pub fn see(&self, direction: Direction, octets: &[u8]) {
        match direction {
            Direction::Up => self.client_sent(octets),
            Direction::Down => self.server_sent(octets),
        }
    }

    pub fn client_sent(&self, octets: &[u8]) {
        self.follower().client_sent(octets);
    }

    pub fn server_sent(&self, octets: &[u8]) {
        let ended = self.follower().server_sent(octets);
        for mail in ended {
            self.record(mail);
        }
    }

    /// Whether the client has sent a whole message and no octet of a reply to it has passed.
    pub fn awaits_reply_to_message(&self) -> bool {
        self.follower().awaits_reply_to_message()
    }

    fn record(&self, mail: Crossing) {
        if let Some(mails) = &self.mails {
            mails.record(mail, self.connection);
        }
    }

    fn follower(&self) -> MutexGuard<'_, Follower> {
        self.follower.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        let unanswered = self.follower().closed();
        if let Some(mail) = unanswered {
            self.record(mail);
        }
    }
}
