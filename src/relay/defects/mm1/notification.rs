//! What it does wrong when it notifies.

use crate::relay::defects::registry::seeds;

seeds! {
    PushLostForGood = "mm1.notification.lost-push-final",
        "a notification that the push gateway did not take is never pushed again", "TS 23.140 §8.1.3", ["TP-NTF-18"];
    NotificationAbsoluteExpiry = "mm1.notification.absolute-expiry",
        "the expiry of M-Notification.ind is a date", "ENC 1.3 §6.2", ["TP-NTF-06"];
    NotificationNoClass = "mm1.notification.no-message-class",
        "M-Notification.ind has no class when the sender gave none", "ENC 1.3 §6.2", ["TP-NTF-01", "TP-NTF-04"];
    NotificationWrongSize = "mm1.notification.wrong-size",
        "the size in M-Notification.ind is ten times too big", "ENC 1.3 §6.2", ["TP-NTF-08"];
    NotificationAfterReject = "mm1.notification.repeated-after-reject",
        "the notification is pushed once more after M-NotifyResp.ind Rejected", "ENC 1.3 §9.3", ["TP-NTF-13"];
    NotificationNewTid = "mm1.notification.repeat-with-new-transaction-id",
        "a repeated notification has a new transaction id", "ENC 1.3 §6.2", ["TP-NTF-12", "TP-DRP-01"];
    NotificationWrongUrl = "mm1.notification.relative-location",
        "the Content-Location of M-Notification.ind is no absolute URI", "ENC 1.3 §7.3.10", ["TP-NTF-09"];
    PushForBrowser = "mm1.push.for-the-browser",
        "notifications are pushed to the application of the browser", "CTR 1.3 §8.2.2", ["TP-NTF-02"];
    PushMediaType = "mm1.push.media-type",
        "the push says that it carries text/plain", "ENC 1.3 §5", ["TP-NTF-03"];
    NotificationAlwaysPersonal = "mm1.notification.always-personal",
        "every M-Notification.ind has the class Personal", "ENC 1.3 §6.2", ["TP-NTF-05", "TP-SUB-17"];
    NotificationPriorityNormal = "mm1.notification.priority-normal",
        "the notification of an urgent MM says Priority Normal", "ENC 1.3 §6.2", ["TP-NTF-19"];
    NotificationDefaultExpiry = "mm1.notification.default-expiry",
        "M-Notification.ind promises the relay's longest time whatever the sender allowed", "ENC 1.3 §6.1.1", ["TP-NTF-07"];
    NotificationToken = "mm1.notification.insert-address",
        "From of M-Notification.ind is the insert-address token", "ENC 1.3 §6.2", ["TP-NTF-10"];
    NotificationHideIgnored = "mm1.notification.hide-ignored",
        "M-Notification.ind names a sender who hides", "ENC 1.3 §6.2", ["TP-NTF-11"];
    NotificationTidOfClient = "mm1.notification.transaction-id-of-client",
        "all notifications of a client have the same transaction id", "ENC 1.3 §6.2", ["TP-NTF-15"];
    NotificationBody = "mm1.notification.body",
        "M-Notification.ind has a text/plain body", "ENC 1.3 §6.2", ["TP-NTF-16"];
    NotificationVersionFirst = "mm1.notification.version-first",
        "the MMS version of M-Notification.ind stands before the transaction id", "ENC 1.3 §7", ["TP-NTF-21"];
    NotificationShortInteger = "mm1.notification.short-integer",
        "a size below 128 is written as a Short-integer", "ENC 1.3 §7.3.31", ["TP-NTF-22"];
    InSenderOfEnvelope = "mm1.notification.sender-of-envelope",
        "the sender of an MM from a peer is the envelope sender", "ENC 1.3 §6.2", ["TP-NTF-23"];
    NotificationAfterRetrieval = "mm1.notification.repeated-after-retrieval",
        "the notification is pushed once more after M-NotifyResp.ind Retrieved", "ENC 1.3 §9.3", ["TP-ACK-01"];
    NotificationBlocked = "mm1.notification.blocked-by-one",
        "a client that answered a notification and did not fetch the MM is notified of no other", "ENC 1.3 §9.3", ["TP-ACK-05"];
}
