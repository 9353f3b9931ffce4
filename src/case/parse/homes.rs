//! `set: bob` with `home:` — where a subscriber lives from now on.

use crate::case::cluster::{HomeLookup, HomeView, UNAVAILABLE};
use crate::case::diagnostic::Diagnostic;
use crate::case::yaml::{Data, Node};

use super::reader::Reader;

impl Reader<'_> {
    /// A relay, `unavailable`, or a map from relays to what each of them is told.
    pub(super) fn homes(&mut self, node: &Node) -> Option<Vec<HomeView>> {
        let Some(entries) = node.map() else {
            let home = self.home(node)?;
            return Some(vec![HomeView { seen_by: None, home }]);
        };
        if self.home_lookup == HomeLookup::Enum {
            self.error(
                Diagnostic::at(&node.span, "ENUM tells every relay the same".to_owned())
                    .help("relays that are told different homes need `home-lookup: service`, or tables"),
            );
            return None;
        }
        let mut views = Vec::new();
        for (key, value) in entries {
            let named = Node {
                span: key.span.clone(),
                data: Data::Text(key.text.clone()),
            };
            let seen_by = self.relay(Some(&named))?;
            views.push(HomeView {
                seen_by: Some(seen_by),
                home: self.home(value)?,
            });
        }
        Some(views)
    }

    fn home(&mut self, node: &Node) -> Option<Option<String>> {
        if node.text() != Some(UNAVAILABLE) {
            return self.relay(Some(node)).map(Some);
        }
        if self.home_lookup == HomeLookup::Table {
            self.error(
                Diagnostic::at(&node.span, "a table is always there".to_owned())
                    .help("`unavailable` needs `home-lookup: service` or `enum` at the head of the case"),
            );
            return None;
        }
        Some(None)
    }
}
