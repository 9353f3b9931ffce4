//! Content-Locations: how this relay writes one, and which MM the URI of a GET means.

use crate::relay::accent::Location;
use crate::relay::defects::Seed;
use crate::relay::node::Node;

/// X-Mms-Content-Location of the MM with this token.
pub(super) fn write(node: &Node, token: &str) -> String {
    let service = service(node);
    let path = format!("{service}/{token}");
    if node.has(Seed::NotificationWrongUrl) {
        return path;
    }
    let scheme = if node.secure.mm1.is_some() {
        "https"
    } else {
        "http"
    };
    let here = node.mm1_addr;
    match node.accent.http.location {
        Location::Own => format!("{scheme}://{here}{path}"),
        Location::Unresolvable => format!("{scheme}://mmsc{service}@1/{token}"),
        Location::Quotes => format!("{scheme}://{here}{service}?id=\"{token}\""),
    }
}

/// The token in a URI: `rest` is its path behind that of the service.
pub(super) fn token<'a>(node: &Node, rest: &'a str, query: Option<&'a str>) -> Option<&'a str> {
    let token = match node.accent.http.location {
        Location::Own => rest.strip_prefix('/')?,
        Location::Unresolvable => rest.strip_prefix("@1/")?,
        Location::Quotes => {
            let quoted = query?.strip_prefix("id=")?;
            // Clients escape them, or not, and `quotes` reads those as apostrophes.
            quoted
                .trim_start_matches("%22")
                .trim_end_matches("%22")
                .trim_matches('\'')
        }
    };
    Some(token).filter(|token| !token.is_empty())
}

/// The path of the service, without a slash at its end.
pub(super) fn service(node: &Node) -> &str {
    node.config.mm1.path.trim_end_matches('/')
}
