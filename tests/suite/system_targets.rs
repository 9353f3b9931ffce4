//! The target files that ship with mmspec, and the page that explains target files.

use std::collections::BTreeSet;

use mmspec::relay::{Config, config};
use mmspec::run;
use mmspec::target::{Identity, Numbers, Setting, Start, Target, Wrong};
use mmspec::wire::ics;
use serde_json::Value;

pub const RELAY: &str = include_str!("../../fixtures/targets/embedded-relay.yaml");
pub const TARGET: &str = include_str!("../../fixtures/targets/embedded-standalone.yaml");
const PAGE: &str = include_str!("../../docs/targets.md");

/// A target file that stands nowhere.
pub fn parsed(text: &str) -> Result<Target, Wrong> {
    let setting = Setting {
        relay: "A".to_owned(),
        other: Identity {
            domain: "mms.b.example".to_owned(),
            prefix: "+1555101".to_owned(),
        },
        program: "mmspec".into(),
        dir: "dir".into(),
    };
    Target::parse("target.yaml".as_ref(), text, &setting)
}

fn target() -> Target {
    parsed(TARGET).unwrap()
}

#[test]
fn the_shipped_pair_belongs_together() {
    let config: Config = serde_saphyr::from_str(RELAY).unwrap();
    let ixit = target().ixit.unwrap();
    assert_eq!(
        ixit.mm1.url,
        format!("http://{}{}", config.mm1.listen, config.mm1.path)
    );
    assert_eq!(ixit.mm4.to, config.mm4.listen);
    let config::Push::Kannel(kannel) = config.push else {
        panic!("{:?}", config.push);
    };
    assert_eq!(
        kannel.url,
        format!("http://{}/cgi-bin/sendsms", ixit.push.stream().unwrap())
    );
    let identity = &ixit.mm1.identity;
    assert!(identity.keys().eq(config.mm1.identity_header.names()));
    assert_eq!(
        (ixit.domain, ixit.system_address),
        (config.domain, config.system_address)
    );
    assert_eq!(
        ixit.numbers,
        Numbers::Prefix(config.subscribers[0].prefix.clone())
    );
    assert_eq!(ixit.message_size, config.limits.message_size);
    let routes: Vec<_> = config
        .routes
        .into_iter()
        .map(|r| (r.domain, r.mm4, r.prefix))
        .collect();
    let peers: Vec<_> = ixit
        .peers
        .into_values()
        .map(|p| (p.domain, Some(p.listen), p.prefix))
        .collect();
    assert_eq!(routes, peers);
}

#[test]
fn the_shipped_relay_is_set_like_the_ones_inside_a_run() {
    let config: Config = serde_saphyr::from_str(RELAY).unwrap();
    assert_eq!(json(&config.timers), json(&run::embedded_timers()));
    assert_eq!(json(&config.limits), json(&run::embedded_limits()));
}

#[test]
fn the_shipped_target_is_the_embedded_one_from_outside() {
    let (outside, inside) = (target(), Target::embedded());
    assert_eq!(outside.start, Start::Remote);
    assert_eq!(outside.lacks, inside.lacks);
    assert_eq!(outside.timers.named(), inside.timers.named());
}

#[test]
fn the_page_lists_the_ics_items() {
    let section = PAGE
        .split("## ICS items")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let listed: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let items: Vec<String> = ics::ITEMS
        .iter()
        .map(|item| {
            format!(
                "| `{}` | {} | {} |",
                item.name,
                item.what,
                item.mandatory.unwrap_or("optional")
            )
        })
        .collect();
    assert_eq!(listed, items);
}

#[test]
fn the_page_explains_every_key() {
    let mut keys = BTreeSet::new();
    collect(&json(&target()), &mut keys);
    let ixit = target().ixit.unwrap();
    let names: BTreeSet<String> = ixit
        .peers
        .into_keys()
        .chain(ixit.mm1.identity.into_keys())
        .collect();
    let missing: Vec<_> = keys
        .iter()
        .filter(|k| !names.contains(*k) && !PAGE.contains(&format!("`{k}`")))
        .collect();
    assert!(missing.is_empty(), "docs/targets.md does not explain {missing:?}");
}

#[test]
fn the_examples_on_the_page_are_target_files() {
    let examples: Vec<&str> = PAGE
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        parsed(example).unwrap_or_else(|wrong| panic!("{wrong}\n{example}"));
    }
}

fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn collect(value: &Value, keys: &mut BTreeSet<String>) {
    if let Value::Object(fields) = value {
        for (key, value) in fields {
            keys.insert(key.clone());
            collect(value, keys);
        }
    }
}
