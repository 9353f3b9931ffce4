//! The fake parties around a relay: user agents, peer MMSEs, push gateways. They speak protocols and report what
//! happened; they know nothing of cases, steps or verdicts.
