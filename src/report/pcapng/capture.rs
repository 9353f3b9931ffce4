//! The file: a section, an interface for each link, and the packets of one message after the other.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, PcapError};

use super::comment::{self, Decided};
use super::conversation::{Conversations, Packet};
use crate::run::evidence::{Passage, Stored, Ways};
use crate::show::visible_up_to;

/// Times are in nanoseconds: 10 to the minus so many seconds.
const RESOLUTION: u8 = 9;
/// Characters of a link's name.
const LONGEST_NAME: usize = 100;

/// A capture that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Uncaptured {
    /// The journal's fault, in words for a person.
    #[error("{0}")]
    Journal(String),
    #[error("{0}")]
    Written(#[from] PcapError),
}

/// Writes the capture of a script, one message at a time. `ways` are the script's own.
///
/// # Errors
/// The journal cannot be read, or the capture not written.
pub fn write<W: Write>(
    out: W,
    stored: &Stored,
    script: &str,
    ways: Ways,
    decided: &Decided<'_>,
) -> Result<(), Uncaptured> {
    let mut capture = Capture {
        began: Duration::from_secs(u64::try_from(ways.unix).unwrap_or(0)),
        out: PcapNgWriter::with_section_header(out, header(script, &ways))?,
        links: BTreeMap::new(),
        conversations: Conversations::default(),
    };
    let steps = ways.steps.clone();
    let mut written = Ok(());
    ways.each(stored, script, |passage| {
        if written.is_ok() {
            let comment = comment::text(&passage, script, &steps, decided);
            written = capture.add(&passage, comment);
        }
    })
    .map_err(Uncaptured::Journal)?;
    written?;
    capture.out.into_inner().flush().map_err(PcapError::IoError)?;
    Ok(())
}

fn header(script: &str, ways: &Ways) -> SectionHeaderBlock<'static> {
    let mut comment = format!("case {script}");
    let decode_as: Vec<String> = ways
        .servers()
        .map(|(protocol, transport, port)| format!("-d {transport}.port=={port},{protocol}"))
        .collect();
    if !decode_as.is_empty() {
        comment.push_str("\ndecode as: ");
        comment.push_str(&decode_as.join(" "));
    }
    SectionHeaderBlock {
        options: vec![
            SectionHeaderOption::Comment(comment.into()),
            SectionHeaderOption::UserApplication(concat!("mmspec ", env!("CARGO_PKG_VERSION")).into()),
        ],
        ..SectionHeaderBlock::default()
    }
}

struct Capture<W: Write> {
    out: PcapNgWriter<W>,
    /// Since 1970.
    began: Duration,
    /// Name of a link → its interface.
    links: BTreeMap<String, u32>,
    conversations: Conversations,
}

impl<W: Write> Capture<W> {
    fn add(&mut self, passage: &Passage, comment: String) -> Result<(), PcapError> {
        let packets = self.conversations.packets(passage);
        if packets.is_empty() {
            return Ok(());
        }
        let interface = self.interface(&passage.message.link)?;
        let at = self.began + Duration::from_micros(passage.message.at_us);
        let mut comment = Some(comment);
        for (packet, number) in packets.into_iter().zip(0..) {
            // Readers sort by time: packets of one message stay in their order.
            let timestamp = at + Duration::from_nanos(number);
            let comment = comment.take_if(|_| packet.is_commented);
            self.packet(interface, timestamp, packet, comment)?;
        }
        Ok(())
    }

    fn packet(
        &mut self,
        interface_id: u32,
        timestamp: Duration,
        packet: Packet,
        comment: Option<String>,
    ) -> Result<(), PcapError> {
        let comment = comment.map(|text| EnhancedPacketOption::Comment(text.into()));
        self.out.write_pcapng_block(EnhancedPacketBlock {
            interface_id,
            timestamp,
            original_len: u32::try_from(packet.octets.len()).unwrap_or(u32::MAX),
            data: Cow::Owned(packet.octets),
            options: comment.into_iter().collect(),
        })?;
        Ok(())
    }

    fn interface(&mut self, link: &str) -> Result<u32, PcapError> {
        if let Some(known) = self.links.get(link) {
            return Ok(*known);
        }
        let number = u32::try_from(self.links.len()).unwrap_or(u32::MAX);
        let name = visible_up_to(link, LONGEST_NAME).into_owned();
        self.out.write_pcapng_block(InterfaceDescriptionBlock {
            linktype: DataLink::RAW,
            snaplen: 0,
            options: vec![
                InterfaceDescriptionOption::IfName(name.into()),
                InterfaceDescriptionOption::IfTsResol(RESOLUTION),
            ],
        })?;
        self.links.insert(link.to_owned(), number);
        Ok(number)
    }
}
