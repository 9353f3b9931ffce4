//! What it does wrong with peers and clients of other releases.

use super::registry::seeds;

seeds! {
    VersionMm4OldResIgnored = "version.mm4-old-res-ignored",
        "a MM4_forward.RES of a version below 5.0 completes nothing", "TS 23.140 §8.4.6", ["TP-E2E-10", "TP-MRS-23"];
    VersionOldAnswersIgnored = "version.old-client-answers-ignored",
        "M-NotifyResp.ind and M-Acknowledge.ind of a client below MMS 1.2 are ignored", "ENC 1.3 §6.14.2", ["TP-VER-01"];
    VersionOldReadReportLost = "version.mms-1-0-read-report-lost",
        "a client of MMS 1.0 is told of a read report in no way at all", "ENC 1.3 §6.7.2", ["TP-RRP-01", "TP-VER-05"];
    VersionOldClientRefused = "version.old-client-refused",
        "M-Send.req of a client below MMS 1.2 is refused", "ENC 1.3 §6.14.2", ["TP-VER-01", "TP-VER-02"];
    VersionReadReportMmSwallowed = "version.read-report-mm-swallowed",
        "an MM of class Auto is accepted and delivered to nobody", "ENC 1.3 §6.7.1", ["TP-RRP-06"];
}
