//! Scripts as rows of a list.

use crate::case::Script;
use crate::report::group_of;
use crate::report::tables::Listed;

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
