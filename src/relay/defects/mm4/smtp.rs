//! What it does wrong as SMTP server and client.

use crate::relay::defects::registry::seeds;

seeds! {
    SmtpLineCut = "smtp.long-line-cut",
        "of a line beyond 1000 octets the rest is lost", "RFC 5321 §4.5.3.1.9", ["TP-SMT-07"];
    SmtpFiftyRecipients = "smtp.fifty-recipients",
        "the fifty-first recipient of a message is put off", "RFC 5321 §4.5.3.1.8", ["TP-SMT-08"];
    SmtpSecondTransactionLost = "smtp.put-off-recipients-forgotten",
        "recipients that the peer put off at RCPT are not sent to again", "RFC 5321 §4.5.3.1.8", ["TP-SMT-09"];
    SmtpSizeUndeclared = "smtp.size-undeclared",
        "MAIL has no SIZE although the peer offers it", "RFC 1870 §4", ["TP-SMT-11"];
    SmtpBodyUnasked = "smtp.8bitmime-unasked",
        "MAIL says BODY=8BITMIME to a peer that does not offer it", "RFC 6152 §2", ["TP-SMT-12"];
    SmtpBdatUnasked = "smtp.bdat-unasked",
        "a message is sent with BDAT to a peer that does not offer CHUNKING", "RFC 3030 §2", ["TP-SMT-15"];
    SmtpImpatient = "smtp.final-reply-impatient",
        "the answer to the final dot is waited for one second, then the message is sent again", "RFC 5321 §4.5.3.2.6",
        ["TP-SMT-20"];

    InForeignRelayed = "mm4.in.open-relay",
        "RCPT for a foreign domain is accepted", "RFC 5321 §7.9", ["TP-SMT-28"];
    InDotsKept = "mm4.in.dots-kept",
        "a line that begins with a dot loses it for good", "RFC 5321 §4.5.2", ["TP-SMT-04"];
    InBrokenTaken = "mm4.in.broken-message-taken",
        "a message whose connection breaks before the final dot is taken as far as it came", "RFC 5321 §4.1.1.4",
        ["TP-MRS-12", "TP-SMT-19"];
}
