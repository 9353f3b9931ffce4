//! The link between two relays that every script of a run shares: whose are the mails that pass?

use std::sync::Arc;

use super::{Desk, GuestId, Owner};
use crate::link::hop::Sink;
use crate::link::{Arrival, Crossing};
use crate::party::ownership::{ids_given, keys_between};

impl Desk {
    /// Where a link from one relay to another hands its records: each mail goes to the script whose numbers it is for. Responses and
    /// reports, which are for the relay itself, go to the script whose mail they answer.
    pub fn between(self: &Arc<Self>, from: &str, to: &str) -> Sink {
        let (desk, from, to) = (Arc::clone(self), from.to_owned(), to.to_owned());
        Arc::new(move |arrival| {
            let owner = desk.owner_between(&from, &to, &arrival);
            desk.hand_over(owner, arrival);
        })
    }

    /// The owner of a mail that passes; what answers it is the owner's from now on.
    fn owner_between(&self, from: &str, to: &str, arrival: &Arrival) -> Option<GuestId> {
        let Crossing::Mail {
            rcpt_to,
            refused,
            data,
            ..
        } = &arrival.crossing
        else {
            return None;
        };
        let recipients = rcpt_to.iter().chain(refused.iter().map(|(to, _)| to));
        let recipients: Vec<String> = recipients.cloned().collect();
        let mut state = self.state();
        let keys = keys_between(from, to, &recipients, data);
        if state.past_owner(&keys).is_some() {
            return None;
        }
        let owner = state.owner(&keys)?;
        for key in ids_given(from, data) {
            let owner = Owner {
                guest: owner.guest,
                place: arrival.place.clone(),
            };
            state.claim(key, owner);
        }
        Some(owner.guest)
    }
}
