//! Scripts as rows of a list.

use crate::case::{Purpose, Script};
use crate::report::group_of;
use crate::report::tables::Listed;
use crate::run::outcome::PurposeRef;

pub(super) fn listed(script: &Script) -> Listed {
    Listed {
        id: script.id.clone(),
        title: script.title.clone(),
        group: group_of(&script.source.file),
        topology: script.topology.name().to_owned(),
        requires: script.requires.clone(),
        tests: script.purposes().into_iter().map(str::to_owned).collect(),
        source: script.source.clone(),
    }
}

pub(super) fn purpose_ref(purpose: &Purpose) -> PurposeRef {
    PurposeRef {
        id: purpose.id.clone(),
        purpose: purpose.purpose.clone(),
        clause: purpose.clause.clone(),
        level: purpose.level,
        basis: purpose.basis,
    }
}
