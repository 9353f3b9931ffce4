//! The parameters of `sendsms`, as data (Kannel's user guide, "SMS-push reference").

/// What a parameter may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Numbers of telephones, with blanks between them.
    Numbers,
    /// Any octets.
    Octets,
    /// From the first to the last.
    Number(i64, i64),
}

/// A parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterDef {
    /// Every name it goes by, the usual one first.
    pub names: &'static [&'static str],
    pub kind: Kind,
}

/// The parameter of that name.
pub fn parameter(name: &str) -> Option<&'static ParameterDef> {
    PARAMETERS.iter().find(|def| def.names.contains(&name))
}

const fn is(names: &'static [&'static str], kind: Kind) -> ParameterDef {
    ParameterDef { names, kind }
}

/// Every parameter.
pub const PARAMETERS: &[ParameterDef] = &[
    is(&["username", "user"], Kind::Text),
    is(&["password", "pass"], Kind::Text),
    is(&["from"], Kind::Text),
    is(&["to"], Kind::Numbers),
    is(&["text"], Kind::Octets),
    is(&["udh"], Kind::Octets),
    is(&["charset"], Kind::Text),
    is(&["smsc"], Kind::Text),
    is(&["mclass"], Kind::Number(0, 3)),
    is(&["mwi"], Kind::Number(0, 7)),
    is(&["compress"], Kind::Number(0, 1)),
    is(&["coding"], Kind::Number(0, 2)),
    is(&["validity"], Kind::Number(0, 635_040)),
    is(&["deferred"], Kind::Number(0, 635_040)),
    is(&["dlr-mask"], Kind::Number(0, 31)),
    is(&["dlr-url"], Kind::Text),
    is(&["pid"], Kind::Number(0, 255)),
    is(&["alt-dcs"], Kind::Number(0, 1)),
    is(&["rpi"], Kind::Number(0, 2)),
    is(&["priority"], Kind::Number(0, 3)),
    is(&["account"], Kind::Text),
    is(&["binfo"], Kind::Text),
    is(&["foreign-id"], Kind::Text),
    is(&["meta-data"], Kind::Text),
];
