//! WDP over IP is UDP (WAP-259). Where there are no telephones, each number has an IP address.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// How many digits of a number choose the address.
const DIGITS: usize = 6;

/// The address of a telephone: the first one of the network, and as far behind it as the last six digits of the number say. None
/// if that is no number, or the network is too small; one of twelve bits (`127.16.0.0/12`) holds all.
pub fn address_of(network: Ipv4Net, number: &str) -> Option<Ipv4Addr> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let last: u32 = digits[digits.len().saturating_sub(DIGITS)..].parse().ok()?;
    let address = Ipv4Addr::from(u32::from(network.network()).checked_add(last)?);
    network.contains(&address).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_six_digits_choose_the_address() {
        let network: Ipv4Net = "127.16.0.0/12".parse().unwrap();
        let of = |number| address_of(network, number).map(|a| a.to_string());
        assert_eq!(of("+15550100017").as_deref(), Some("127.17.134.177"));
        assert_eq!(of("15550100017"), of("+15550100017"));
        assert_eq!(of("+15551000000").as_deref(), Some("127.16.0.0"));
        assert_eq!(of("+15551999999").as_deref(), Some("127.31.66.63"));
        assert_eq!(of("258").as_deref(), Some("127.16.1.2"));
        assert_eq!((of("+"), of("alice@example.org"), of("")), (None, None, None));
        let small: Ipv4Net = "127.16.0.0/24".parse().unwrap();
        assert_eq!(address_of(small, "+15551000256"), None);
    }
}
