//! What it does wrong on the way to a recipient's MMSE: tables, ENUM, DNS.

use super::registry::seeds;

seeds! {
    RouteShortestPrefix = "routing.static.shortest-prefix",
        "of several routes that match a number the shortest prefix wins", "derived", ["TP-ADR-13"];
    RouteLast = "routing.static.last-route",
        "every foreign number goes where the last route of the table leads", "TS 23.140 §8.4.1", ["TP-M4O-01"];
    RouteUnknownIsOwn = "routing.number.unknown-is-own",
        "a number that no table knows is taken for an own subscriber's", "RFC 5321 §3.3", ["TP-SMT-29", "TP-M4I-09"];
    GprsShortMnc = "routing.gprs.short-mnc",
        "a network code of two digits is not padded in the name of the MMSE", "TS 23.140 annex H", ["TP-ADR-12"];
    EnumPublicApex = "routing.enum.public-apex",
        "numbers are looked up below e164.arpa whatever apex is configured", "RFC 6116 §3.2", ["TP-ADR-01"];
    EnumNotReversed = "routing.enum.digits-not-reversed",
        "the digits of a number are looked up first one first", "RFC 6116 §3.2", ["TP-ADR-01", "TP-ADR-02"];
    EnumOrderIgnored = "routing.enum.order-ignored",
        "NAPTR records are used by preference without regard to order", "RFC 3403 §4.1", ["TP-ADR-05"];
    EnumPreferenceReversed = "routing.enum.preference-reversed",
        "of NAPTR records of one order the largest preference is used first", "RFC 3403 §4.1", ["TP-ADR-05"];
    EnumAnyService = "routing.enum.any-service",
        "NAPTR records are used whatever service they are for", "RFC 6116 §3.4.3", ["TP-ADR-04"];
    EnumOldServiceBreaks = "routing.enum.old-service-breaks",
        "a record in the order of RFC 2916 makes all others useless", "RFC 3761 §8", ["TP-ADR-02", "TP-ADR-03"];
    EnumOneService = "routing.enum.one-service-only",
        "a NAPTR record that offers several services is passed over", "RFC 6116 §3.4.3.2", ["TP-ADR-07"];
    EnumNoBackReference = "routing.enum.back-references-ignored",
        "a back-reference stands for the whole number, whatever its group matched", "RFC 3402 §3.2", ["TP-ADR-06"];
    EnumLocalPartIgnored = "routing.enum.local-part-ignored",
        "of the mailbox that ENUM names only the domain is used", "RFC 4355 §5.4.2", ["TP-ADR-02", "TP-ADR-06"];
    EnumEndlessLoop = "routing.enum.endless-loop",
        "NAPTR records that lead in a circle are followed for ever", "RFC 6116 §5.2", ["TP-ADR-10"];
    EnumPrefixFirst = "routing.enum.prefix-first",
        "a number that the table of prefixes knows is not looked up", "TS 23.140 annex G",
        ["TP-ADR-02", "TP-ADR-11"];
    EnumUnknownGuessed = "routing.enum.unknown-guessed",
        "a number that ENUM does not know goes where its prefix says", "TS 23.140 annex G", ["TP-ADR-08"];
    EnumUnknownSilent = "routing.enum.unknown-silent",
        "nobody is told that ENUM does not know a number", "TS 23.140 annex G", ["TP-ADR-08"];
    EnumFailurePermanent = "routing.enum.failure-permanent",
        "SERVFAIL and silence of the name server are taken for an unknown number", "derived", ["TP-ADR-09"];
    MxReversed = "routing.mx.least-preferred-first",
        "the mail exchanger with the largest preference is tried first", "RFC 5321 §5.1", ["TP-SMT-26"];
    MxFirstOnly = "routing.mx.no-fail-over",
        "only the first mail exchanger is ever tried", "RFC 5321 §5.1", ["TP-SMT-26"];
    MxRequired = "routing.mx.required",
        "a domain without MX records has no host", "RFC 5321 §5.1", ["TP-SMT-26"];
    MxFailurePermanent = "routing.mx.failure-permanent",
        "SERVFAIL for a domain is taken for a domain that does not exist", "derived", ["TP-ADR-09"];
    DnsForever = "routing.dns.remembered-for-ever",
        "a DNS answer is used beyond its time to live", "RFC 1035 §3.2.1", ["TP-ADR-21"];
    DnsEndlessAliases = "routing.dns.endless-aliases",
        "a circle of aliases is followed for ever", "RFC 1034 §3.6.2", ["TP-ADR-10"];
    RouteZerosKept = "routing.number.zeros-kept",
        "a number with 00 in front is not the number with +", "derived", ["TP-ADR-14"];
    RouteTypeLeftOut = "routing.number.type-left-out",
        "numbers go out over MM4 without /TYPE=PLMN", "deployed MM4 traffic", ["TP-ADR-15"];
    RouteCaseOfDomain = "routing.domain.case-matters",
        "the own domain in capitals is a foreign one", "RFC 5321 §2.4", ["TP-ADR-17"];
    RouteCaseOfType = "routing.number.case-of-type-matters",
        "a recipient with TYPE=plmn is unknown", "OMA MMS ENC 1.3 §8", ["TP-ADR-16"];
    RouteMailOverMm4 = "routing.mail.over-mm4",
        "a mail address that no MMSE serves goes to the first peer", "TS 23.140 §6.5", ["TP-ADR-18"];
    RouteOwnUnknownOut = "routing.own.unknown-sent-out",
        "an unknown number in the own domain goes to the first peer", "derived", ["TP-ADR-19"];
    RouteShortCodeAccepted = "routing.short-code.accepted",
        "a short code that leads nowhere is accepted and dropped", "derived", ["TP-ADR-20"];
}
