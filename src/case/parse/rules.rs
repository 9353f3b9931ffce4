//! The rules of a `kind: always` case.

use crate::case::diagnostic::Diagnostic;
use crate::case::model::{Rule, RuleDemand};
use crate::case::vocabulary as words;
use crate::case::yaml::Node;
use crate::wire::{PduType, Protocol, table};

use super::reader::{Args, Reader};

impl Reader<'_> {
    pub fn rules(&mut self, node: &Node) -> Vec<Rule> {
        self.list(node, "`rules`")
            .iter()
            .filter_map(|rule| self.rule(rule))
            .collect()
    }

    fn rule(&mut self, node: &Node) -> Option<Rule> {
        let args = self.args(node, "a rule", words::RULE)?;
        let select = self.rule_pdus(args.get("for-every")?);
        let narrow = self.field_demands(args.get("where"), &select);
        let source = super::send::key_span(&args, "for-every").source();
        let demand = self.rule_demand(&args, &select)?;
        Some(Rule {
            id: self.step_id(&args.at)?,
            source,
            at_parties: args
                .get("at")
                .and_then(|at| self.word(at, "place of a rule", &["parties"]))
                .is_some(),
            narrow,
            demand,
            capture: self.capture(args.get("as"), Vec::new(), Vec::new()),
            tests: self.tests(args.get("tests")),
            select,
        })
    }

    fn rule_pdus(&mut self, node: &Node) -> Vec<PduType> {
        let items = match node.list() {
            Some(items) => items,
            None => std::slice::from_ref(node),
        };
        let mut pdus = Vec::new();
        for item in items {
            let Some(pdu) = self.pdu(item) else { continue };
            if pdu.protocol() == Protocol::Mm1 && table::pdu(pdu).to_relay {
                self.error(Diagnostic::at(
                    &item.span,
                    format!("{pdu} is sent by user agents, and a rule is about what relays send"),
                ));
            }
            pdus.push(pdu);
        }
        pdus
    }

    fn rule_demand(&mut self, args: &Args<'_>, select: &[PduType]) -> Option<RuleDemand> {
        let is_demand = |name: &str| {
            ["headers", "content", "http", "smtp", "push", "findings"].contains(&name)
                && args.get(name).is_some()
        };
        let demands = args.iter().any(|(k, _)| is_demand(&k.text));
        match (demands, args.get("unique"), args.get("same")) {
            (true, None, None) => Some(RuleDemand::Every(Box::new(self.demands(args, select)))),
            (false, Some(field), None) => self.rule_field(field, select).map(RuleDemand::Unique),
            (false, None, Some(field)) => self.rule_field(field, select).map(RuleDemand::Same),
            _ => {
                self.error(
                    Diagnostic::at(&args.at, "a rule makes one kind of demand".to_owned())
                        .help("`headers:`, `content:`, `http:`, … of every PDU, or `unique: Field`, or `same: Field`"),
                );
                None
            }
        }
    }

    fn rule_field(&mut self, node: &Node, select: &[PduType]) -> Option<String> {
        let name = self.text(node, "a field")?;
        self.check_demanded(name, &node.span, select, false);
        Some(name.to_owned())
    }
}
