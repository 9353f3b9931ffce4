//! Fields that no standard names.

/// The number of such a field, as cases and findings write it: `0xC5`.
pub(super) fn unnamed(octet: u8) -> String {
    format!("0x{octet:02X}")
}

/// The octet behind such a name.
pub(super) fn unnamed_octet(name: &str) -> Option<u8> {
    let hex = name.strip_prefix("0x").or_else(|| name.strip_prefix("0X"))?;
    u8::from_str_radix(hex, 16).ok().filter(|octet| *octet >= 0x80)
}
