//! The PDUs of SMPP 3.4, their mandatory parameters in order, and its optional ones (SMPP 3.4 §4, §5.3).

/// How a mandatory parameter stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One octet.
    Octet,
    /// Text with a NUL at its end, at most so many octets with it.
    Text(usize),
    /// `sm_length` and `short_message`: an octet with the length, then as many octets.
    Counted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    pub name: &'static str,
    pub form: Form,
}

const fn octet(name: &'static str) -> Param {
    Param {
        name,
        form: Form::Octet,
    }
}

const fn text(name: &'static str, most: usize) -> Param {
    Param {
        name,
        form: Form::Text(most),
    }
}

/// A PDU: its command_id and what stands before the TLVs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    pub id: u32,
    pub name: &'static str,
    pub params: &'static [Param],
    pub clause: &'static str,
}

const BIND: &[Param] = &[
    text("system_id", 16),
    text("password", 9),
    text("system_type", 13),
    octet("interface_version"),
    octet("addr_ton"),
    octet("addr_npi"),
    text("address_range", 41),
];
const BIND_RESP: &[Param] = &[text("system_id", 16)];
const SM: &[Param] = &[
    text("service_type", 6),
    octet("source_addr_ton"),
    octet("source_addr_npi"),
    text("source_addr", 21),
    octet("dest_addr_ton"),
    octet("dest_addr_npi"),
    text("destination_addr", 21),
    octet("esm_class"),
    octet("protocol_id"),
    octet("priority_flag"),
    text("schedule_delivery_time", 17),
    text("validity_period", 17),
    octet("registered_delivery"),
    octet("replace_if_present_flag"),
    octet("data_coding"),
    octet("sm_default_msg_id"),
    Param {
        name: "short_message",
        form: Form::Counted,
    },
];
const DATA_SM: &[Param] = &[
    text("service_type", 6),
    octet("source_addr_ton"),
    octet("source_addr_npi"),
    text("source_addr", 65),
    octet("dest_addr_ton"),
    octet("dest_addr_npi"),
    text("destination_addr", 65),
    octet("esm_class"),
    octet("registered_delivery"),
    octet("data_coding"),
];
const MESSAGE_ID: &[Param] = &[text("message_id", 65)];

const fn command_of(id: u32, name: &'static str, params: &'static [Param], clause: &'static str) -> Command {
    Command {
        id,
        name,
        params,
        clause,
    }
}

/// Every PDU that is read beyond its header.
pub const COMMANDS: &[Command] = &[
    command_of(0x8000_0000, "generic_nack", &[], "SMPP 3.4 §4.3.1"),
    command_of(0x0000_0001, "bind_receiver", BIND, "SMPP 3.4 §4.1.3"),
    command_of(0x8000_0001, "bind_receiver_resp", BIND_RESP, "SMPP 3.4 §4.1.4"),
    command_of(0x0000_0002, "bind_transmitter", BIND, "SMPP 3.4 §4.1.1"),
    command_of(0x8000_0002, "bind_transmitter_resp", BIND_RESP, "SMPP 3.4 §4.1.2"),
    command_of(0x0000_0004, "submit_sm", SM, "SMPP 3.4 §4.4.1"),
    command_of(0x8000_0004, "submit_sm_resp", MESSAGE_ID, "SMPP 3.4 §4.4.2"),
    command_of(0x0000_0005, "deliver_sm", SM, "SMPP 3.4 §4.6.1"),
    command_of(0x8000_0005, "deliver_sm_resp", MESSAGE_ID, "SMPP 3.4 §4.6.2"),
    command_of(0x0000_0006, "unbind", &[], "SMPP 3.4 §4.2.1"),
    command_of(0x8000_0006, "unbind_resp", &[], "SMPP 3.4 §4.2.2"),
    command_of(0x0000_0009, "bind_transceiver", BIND, "SMPP 3.4 §4.1.5"),
    command_of(0x8000_0009, "bind_transceiver_resp", BIND_RESP, "SMPP 3.4 §4.1.6"),
    command_of(
        0x0000_000B,
        "outbind",
        &[text("system_id", 16), text("password", 9)],
        "SMPP 3.4 §4.1.7",
    ),
    command_of(0x0000_0015, "enquire_link", &[], "SMPP 3.4 §4.11.1"),
    command_of(0x8000_0015, "enquire_link_resp", &[], "SMPP 3.4 §4.11.2"),
    command_of(0x0000_0103, "data_sm", DATA_SM, "SMPP 3.4 §4.7.1"),
    command_of(0x8000_0103, "data_sm_resp", MESSAGE_ID, "SMPP 3.4 §4.7.2"),
];

pub fn command(id: u32) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.id == id)
}

pub fn command_by_name(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

/// How the value of an optional parameter is shown and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlvForm {
    /// A number of so many octets, big-endian.
    Number(usize),
    /// Text with a NUL at its end.
    Text,
    Octets,
}

/// Optional parameters: tag, name, form (SMPP 3.4 §5.3.2).
pub const TLVS: &[(u16, &str, TlvForm)] = &[
    (0x0005, "dest_addr_subunit", TlvForm::Number(1)),
    (0x0006, "dest_network_type", TlvForm::Number(1)),
    (0x0007, "dest_bearer_type", TlvForm::Number(1)),
    (0x0008, "dest_telematics_id", TlvForm::Number(2)),
    (0x000D, "source_addr_subunit", TlvForm::Number(1)),
    (0x000E, "source_network_type", TlvForm::Number(1)),
    (0x000F, "source_bearer_type", TlvForm::Number(1)),
    (0x0010, "source_telematics_id", TlvForm::Number(1)),
    (0x0017, "qos_time_to_live", TlvForm::Number(4)),
    (0x0019, "payload_type", TlvForm::Number(1)),
    (0x001D, "additional_status_info_text", TlvForm::Text),
    (0x001E, "receipted_message_id", TlvForm::Text),
    (0x0030, "ms_msg_wait_facilities", TlvForm::Number(1)),
    (0x0201, "privacy_indicator", TlvForm::Number(1)),
    (0x0202, "source_subaddress", TlvForm::Octets),
    (0x0203, "dest_subaddress", TlvForm::Octets),
    (0x0204, "user_message_reference", TlvForm::Number(2)),
    (0x0205, "user_response_code", TlvForm::Number(1)),
    (0x020A, "source_port", TlvForm::Number(2)),
    (0x020B, "destination_port", TlvForm::Number(2)),
    (0x020C, "sar_msg_ref_num", TlvForm::Number(2)),
    (0x020D, "language_indicator", TlvForm::Number(1)),
    (0x020E, "sar_total_segments", TlvForm::Number(1)),
    (0x020F, "sar_segment_seqnum", TlvForm::Number(1)),
    (0x0210, "sc_interface_version", TlvForm::Number(1)),
    (0x0302, "callback_num_pres_ind", TlvForm::Number(1)),
    (0x0303, "callback_num_atag", TlvForm::Octets),
    (0x0304, "number_of_messages", TlvForm::Number(1)),
    (0x0381, "callback_num", TlvForm::Octets),
    (0x0420, "dpf_result", TlvForm::Number(1)),
    (0x0421, "set_dpf", TlvForm::Number(1)),
    (0x0422, "ms_availability_status", TlvForm::Number(1)),
    (0x0423, "network_error_code", TlvForm::Octets),
    (0x0424, "message_payload", TlvForm::Octets),
    (0x0425, "delivery_failure_reason", TlvForm::Number(1)),
    (0x0426, "more_messages_to_send", TlvForm::Number(1)),
    (0x0427, "message_state", TlvForm::Number(1)),
    (0x0501, "ussd_service_op", TlvForm::Number(1)),
    (0x1201, "display_time", TlvForm::Number(1)),
    (0x1203, "sms_signal", TlvForm::Number(2)),
    (0x1204, "ms_validity", TlvForm::Number(1)),
    (0x130C, "alert_on_message_delivery", TlvForm::Octets),
    (0x1380, "its_reply_type", TlvForm::Number(1)),
    (0x1383, "its_session_info", TlvForm::Number(2)),
];

/// command_status (SMPP 3.4 §5.1.3).
pub const STATUSES: &[(u32, &str)] = &[
    (0x00, "ESME_ROK"),
    (0x01, "ESME_RINVMSGLEN"),
    (0x02, "ESME_RINVCMDLEN"),
    (0x03, "ESME_RINVCMDID"),
    (0x04, "ESME_RINVBNDSTS"),
    (0x05, "ESME_RALYBND"),
    (0x06, "ESME_RINVPRTFLG"),
    (0x07, "ESME_RINVREGDLVFLG"),
    (0x08, "ESME_RSYSERR"),
    (0x0A, "ESME_RINVSRCADR"),
    (0x0B, "ESME_RINVDSTADR"),
    (0x0C, "ESME_RINVMSGID"),
    (0x0D, "ESME_RBINDFAIL"),
    (0x0E, "ESME_RINVPASWD"),
    (0x0F, "ESME_RINVSYSID"),
    (0x11, "ESME_RCANCELFAIL"),
    (0x13, "ESME_RREPLACEFAIL"),
    (0x14, "ESME_RMSGQFUL"),
    (0x15, "ESME_RINVSERTYP"),
    (0x33, "ESME_RINVNUMDESTS"),
    (0x34, "ESME_RINVDLNAME"),
    (0x40, "ESME_RINVDESTFLAG"),
    (0x42, "ESME_RINVSUBREP"),
    (0x43, "ESME_RINVESMCLASS"),
    (0x44, "ESME_RCNTSUBDL"),
    (0x45, "ESME_RSUBMITFAIL"),
    (0x48, "ESME_RINVSRCTON"),
    (0x49, "ESME_RINVSRCNPI"),
    (0x50, "ESME_RINVDSTTON"),
    (0x51, "ESME_RINVDSTNPI"),
    (0x53, "ESME_RINVSYSTYP"),
    (0x54, "ESME_RINVREPFLAG"),
    (0x55, "ESME_RINVNUMMSGS"),
    (0x58, "ESME_RTHROTTLED"),
    (0x61, "ESME_RINVSCHED"),
    (0x62, "ESME_RINVEXPIRY"),
    (0x63, "ESME_RINVDFTMSGID"),
    (0x64, "ESME_RX_T_APPN"),
    (0x65, "ESME_RX_P_APPN"),
    (0x66, "ESME_RX_R_APPN"),
    (0x67, "ESME_RQUERYFAIL"),
    (0xC0, "ESME_RINVOPTPARSTREAM"),
    (0xC1, "ESME_ROPTPARNOTALLWD"),
    (0xC2, "ESME_RINVPARLEN"),
    (0xC3, "ESME_RMISSINGOPTPARAM"),
    (0xC4, "ESME_RINVOPTPARAMVAL"),
    (0xFE, "ESME_RDELIVERYFAILURE"),
    (0xFF, "ESME_RUNKNOWNERR"),
];

/// Those that programs decide by.
pub mod status {
    pub const OK: u32 = 0x00;
    pub const INVALID_MESSAGE_LENGTH: u32 = 0x01;
    pub const INVALID_COMMAND_LENGTH: u32 = 0x02;
    pub const INVALID_COMMAND_ID: u32 = 0x03;
    pub const INVALID_BIND_STATUS: u32 = 0x04;
    pub const ALREADY_BOUND: u32 = 0x05;
    pub const SYSTEM_ERROR: u32 = 0x08;
    pub const INVALID_SOURCE: u32 = 0x0A;
    pub const INVALID_DESTINATION: u32 = 0x0B;
    pub const INVALID_PASSWORD: u32 = 0x0E;
    pub const INVALID_SYSTEM_ID: u32 = 0x0F;
    pub const QUEUE_FULL: u32 = 0x14;
    pub const SUBMIT_FAILED: u32 = 0x45;
    pub const THROTTLED: u32 = 0x58;
    pub const TEMPORARY_ERROR: u32 = 0x64;
    pub const INVALID_OPTIONAL_STREAM: u32 = 0xC0;
    pub const DELIVERY_FAILURE: u32 = 0xFE;
    pub const UNKNOWN_ERROR: u32 = 0xFF;
}

/// The name of a command_status, or its number in hex.
pub fn status_name(status: u32) -> String {
    let named = STATUSES.iter().find(|(number, _)| *number == status);
    named.map_or_else(|| format!("0x{status:08X}"), |(_, name)| (*name).to_owned())
}

/// The command_status of that name.
pub fn status_by_name(name: &str) -> Option<u32> {
    let named = STATUSES.iter().find(|(_, known)| *known == name);
    named.map(|(status, _)| *status)
}

/// Whether the same request may succeed later. Statuses that nobody here knows, those of an SMSC's vendor among them, may be such.
pub fn is_transient(status: u32) -> bool {
    const LATER: &[&str] = &[
        "ESME_RINVBNDSTS",
        "ESME_RSYSERR",
        "ESME_RMSGQFUL",
        "ESME_RSUBMITFAIL",
        "ESME_RTHROTTLED",
        "ESME_RX_T_APPN",
        "ESME_RUNKNOWNERR",
    ];
    let named = STATUSES.iter().find(|(number, _)| *number == status);
    named.is_none_or(|(_, name)| LATER.contains(name))
}
