//! The group of a case: the folder it stands in.

use std::path::{Component, Path};

/// `e2e` for `cases/e2e/report.yaml` and for `/home/x/cases/e2e/report.yaml`; `mine` for `mine/report.yaml`; `cases` for
/// a file in no folder.
pub fn group_of(file: &str) -> String {
    let parts: Vec<&str> = Path::new(file)
        .parent()
        .map(|dir| dir.components().filter_map(name).collect())
        .unwrap_or_default();
    let group = match parts.iter().rposition(|p| *p == "cases") {
        Some(root) => parts[root + 1..].join("."),
        None => parts.last().map(|p| (*p).to_owned()).unwrap_or_default(),
    };
    if group.is_empty() {
        "cases".to_owned()
    } else {
        group
    }
}

fn name(component: Component<'_>) -> Option<&str> {
    match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::group_of;

    #[test]
    fn a_group_is_a_folder() {
        assert_eq!(group_of("cases/e2e/report.yaml"), "e2e");
        assert_eq!(group_of("/home/x/cases/smtp/size/a.yaml"), "smtp.size");
        assert_eq!(group_of("mine/report.yaml"), "mine");
        assert_eq!(group_of("report.yaml"), "cases");
        assert_eq!(group_of("cases/report.yaml"), "cases");
    }
}
