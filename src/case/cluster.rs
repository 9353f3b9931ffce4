//! What a case says about several relays: which hub, who knows the homes of subscribers, who has moved.

use serde::{Deserialize, Serialize};

/// What stands between two MMSEs in the topology `hub`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HubKind {
    /// A mail relay, which adds Received and nothing else.
    #[default]
    SmtpRelay,
    /// An MM4 application, which ends each transaction and begins its own.
    Application,
}

impl HubKind {
    pub const WORDS: &'static [&'static str] = &["smtp-relay", "application"];

    pub fn from_word(word: &str) -> HubKind {
        match word {
            "application" => HubKind::Application,
            _ => HubKind::SmtpRelay,
        }
    }
}

/// Who knows the homes of subscribers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HomeLookup {
    /// A table in each relay.
    #[default]
    Table,
    /// A subscriber service that the relays ask for each MM.
    Service,
    /// ENUM below an apex of the MMSE's own.
    Enum,
}

impl HomeLookup {
    pub const WORDS: &'static [&'static str] = &["table", "service", "enum"];

    pub fn from_word(word: &str) -> HomeLookup {
        match word {
            "service" => HomeLookup::Service,
            "enum" => HomeLookup::Enum,
            _ => HomeLookup::Table,
        }
    }
}

/// The home of a subscriber from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeView {
    /// The relay that is told so; none: all.
    pub seen_by: Option<String>,
    /// None: the service does not say, for now.
    pub home: Option<String>,
}

/// What the service says of a subscriber whose home it cannot tell now.
pub(crate) const UNAVAILABLE: &str = "unavailable";
