//! What it does wrong with MM4 PDUs as mail: header and MIME.

use crate::relay::defects::registry::seeds;

seeds! {
    MailNoMessageId = "mm4.mail.no-message-id",
        "what the relay sends over MM4 has no Message-ID of internet mail", "RFC 5322 §3.6.4", ["TP-M4O-26"];
    MailResNoDate = "mm4.mail.res-without-date",
        "a RES has no Date", "RFC 5322 §3.6.1", ["TP-M4I-29", "TP-M4O-26"];
    MailDateOfMachine = "mm4.mail.date-for-machines",
        "the Date of MM4_forward.REQ is in the form of RFC 3339", "RFC 5322 §3.3", ["TP-M4O-10"];
    MailSubjectRaw = "mm4.mail.subject-raw",
        "the Subject of MM4_forward.REQ goes out as the client wrote it, octet for octet", "RFC 4356 §2.1.3.2",
        ["TP-M4O-20", "TP-M4X-14"];
    MailBase64OneLine = "mm4.mail.base64-in-one-line",
        "base64 in MM4_forward.REQ has no line ends", "RFC 2045 §6.8", ["TP-M4O-18"];
    MailLineEnds = "mm4.mail.line-ends-rewritten",
        "every LF in the content becomes CR LF, in pictures too", "RFC 2045 §6", ["TP-M4O-25"];
    MailNotClosed = "mm4.mail.multipart-not-closed",
        "the closing delimiter of a multipart is missing", "RFC 2046 §5.1.1", ["TP-M4O-17"];
    MailWapTypes = "mm4.mail.wap-multipart",
        "a multipart keeps its WAP type", "WAP-230 §8.5", ["TP-M4O-19"];
}
