//! Who uses an instance of a relay, and whether it is known whose doing its end is.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The scripts that use an instance now.
#[derive(Debug, Default)]
pub struct Users(Mutex<BTreeMap<String, Company>>);

/// Whether others used the instance too, at any time since a script began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Company {
    None,
    Some,
}

/// Who used an instance when it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Present {
    /// Ids of scripts, in order.
    pub running: Vec<String>,
    /// The one that had the instance for itself since it began.
    pub sole: Option<String>,
}

impl Users {
    pub fn enter(&self, script: &str) {
        let mut users = self.users();
        let company = match users.is_empty() {
            true => Company::None,
            false => Company::Some,
        };
        users.values_mut().for_each(|c| *c = Company::Some);
        users.insert(script.to_owned(), company);
    }

    pub fn leave(&self, script: &str) {
        self.users().remove(script);
    }

    pub fn present(&self) -> Present {
        let users = self.users();
        let sole = match users.iter().next() {
            Some((script, Company::None)) => Some(script.clone()),
            _ => None,
        };
        Present {
            running: users.keys().cloned().collect(),
            sole,
        }
    }

    fn users(&self) -> MutexGuard<'_, BTreeMap<String, Company>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
