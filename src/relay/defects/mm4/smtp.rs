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
    SmtpNoHelo = "mm4.smtp.no-helo",
        "HELO is an unknown command", "RFC 5321 §4.1.1.1", ["TP-SMT-01"];
    SmtpRcptFirst = "mm4.smtp.rcpt-before-mail",
        "RCPT is taken before MAIL", "RFC 5321 §4.1.4", ["TP-SMT-02", "TP-SMT-03"];
    SmtpDataForNobody = "mm4.smtp.data-for-nobody",
        "DATA is taken although no recipient was", "RFC 5321 §4.1.4", ["TP-SMT-02"];
    SmtpResetIgnored = "mm4.smtp.reset-ignored",
        "RSET is answered with 250 and forgets nothing", "RFC 5321 §4.1.1.5", ["TP-SMT-03"];
    SmtpOneMessage = "mm4.smtp.one-message-a-connection",
        "after a message the next MAIL of the connection is refused", "RFC 5321 §3.3", ["TP-SMT-27"];
    SmtpNullPathRefused = "mm4.smtp.null-path-refused",
        "MAIL FROM:<> is refused", "RFC 5321 §4.5.5", ["TP-SMT-22"];
    SmtpSizeIgnored = "mm4.smtp.size-ignored",
        "a message that announces a SIZE beyond the limit is let in", "RFC 1870 §6.1", ["TP-SMT-10"];
    SmtpGroupCut = "mm4.smtp.group-cut-by-refusal",
        "commands that came in one packet with a refused one are not answered", "RFC 2920 §3.2", ["TP-SMT-16"];
    SmtpBareLineFeed = "mm4.smtp.bare-line-feed",
        "a dot between lone line feeds ends a message, and what follows is commands", "RFC 5321 §2.3.8", ["TP-SEC-18"];
    SmtpLinesCut = "mm4.smtp.lines-cut",
        "lines of a message are broken after 512 octets", "RFC 5321 §4.5.3.1.6", ["TP-SMT-06"];
    SmtpVrfyTells = "mm4.smtp.vrfy-tells",
        "VRFY tells whether a number is a subscriber", "RFC 5321 §7.3", ["TP-SEC-19"];
    SmtpDotsNotDoubled = "mm4.smtp.dots-not-doubled",
        "a line that begins with a dot is sent as it is", "RFC 5321 §4.5.2", ["TP-SMT-05"];
    SmtpRefusalStops = "mm4.smtp.one-refusal-stops",
        "a refused recipient ends the transfer to those who were accepted", "RFC 5321 §3.3", ["TP-SMT-17"];
}
