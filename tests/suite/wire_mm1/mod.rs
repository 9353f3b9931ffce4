//! The MM1 codec: known octets of every PDU, every finding, round trips, hostile input.

mod every_field;
mod every_pdu;
mod findings;
mod hex_text;
mod round_trip;
