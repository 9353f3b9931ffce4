//! Cases say how a gateway answers as an HTTP status, an SMSC answers with a command_status.
//!
//! | HTTP | command_status |
//! |---|---|
//! | 2xx | ESME_ROK |
//! | 429, 503 | ESME_RTHROTTLED |
//! | other 5xx | ESME_RSYSERR |
//! | all others | ESME_RSUBMITFAIL |
//!
//! | command_status | HTTP |
//! |---|---|
//! | ESME_ROK | 202 |
//! | ESME_RTHROTTLED, ESME_RMSGQFUL, ESME_RX_T_APPN | 503 |
//! | ESME_RSYSERR, ESME_RDELIVERYFAILURE, ESME_RUNKNOWNERR | 500 |
//! | all others | 400 |

use crate::wire::push::smpp::status;

/// What an SMSC says where an HTTP gateway would say this.
pub(super) fn of_http(http: u16) -> u32 {
    match http {
        200..=299 => status::OK,
        429 | 503 => status::THROTTLED,
        500..=599 => status::SYSTEM_ERROR,
        _ => status::SUBMIT_FAILED,
    }
}

/// What an HTTP gateway would say where an SMSC says this.
pub(super) fn to_http(command_status: u32) -> u16 {
    match command_status {
        status::OK => 202,
        status::THROTTLED | status::QUEUE_FULL | status::TEMPORARY_ERROR => 503,
        status::SYSTEM_ERROR | status::DELIVERY_FAILURE | status::UNKNOWN_ERROR => 500,
        _ => 400,
    }
}
