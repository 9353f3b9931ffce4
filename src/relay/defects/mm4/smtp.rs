//! What it does wrong as SMTP server and client.

use crate::relay::defects::registry::seeds;

seeds! {
    InForeignRelayed = "mm4.in.open-relay",
        "RCPT for a foreign domain is accepted", "RFC 5321 §7.9", ["TP-SMT-28"];
    InDotsKept = "mm4.in.dots-kept",
        "a line that begins with a dot loses it for good", "RFC 5321 §4.5.2", ["TP-SMT-04"];
}
