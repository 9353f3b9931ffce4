//! What a request says.

use bytes::Bytes;

use super::table;

/// A parameter as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    /// Escapes undone.
    pub value: Bytes,
}

impl Parameter {
    /// The value as text; octets that are no UTF-8 are U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.value).into_owned()
    }
}

/// A request to send a short message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SendSms {
    /// In the order in which they stand.
    pub parameters: Vec<Parameter>,
}

impl SendSms {
    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Bytes>) -> Self {
        self.parameters.push(Parameter {
            name: name.to_owned(),
            value: value.into(),
        });
        self
    }

    /// The first parameter of that name, or of another name of the same.
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        let names = table::parameter(name).map_or(&[][..], |def| def.names);
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name || names.contains(&&*parameter.name))
    }

    /// Whom it goes to.
    pub fn to(&self) -> Option<String> {
        self.get("to").map(Parameter::text)
    }

    /// What the message holds: the WSP push.
    pub fn data(&self) -> Option<&Bytes> {
        self.get("text").map(|parameter| &parameter.value)
    }

    /// The user data header, its length included.
    pub fn udh(&self) -> Option<&Bytes> {
        self.get("udh").map(|parameter| &parameter.value)
    }

    /// A parameter that is a number, as far as it is one.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.text().trim().parse().ok()
    }
}
