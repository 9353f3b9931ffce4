//! Raw octets, eight in a line, in pieces that belong to fields.

use super::markup::Markup;
use crate::inspect::Row;

/// Octets in a line, as `mmspec decode` has them: they fit on a phone.
const IN_LINE: usize = 8;

/// The octets from the first on as offset, hex and ASCII. Pieces of a field carry its number in `data-f`; the first piece has the id
/// `<id>-<number>`. Fields in `marked` are marked.
pub(super) fn dump(octets: &[u8], rows: &[Row], id: &str, marked: &[usize]) -> Markup {
    let owners = owners(octets.len(), rows);
    let mut pen = Pen {
        out: Markup::default(),
        id,
        marked,
        named: vec![false; rows.len()],
    };
    for (number, line) in octets.chunks(IN_LINE).enumerate() {
        let at = number * IN_LINE;
        let mine = &owners[at..at + line.len()];
        pen.out.text(&format!("{at:04x}  "));
        pen.pieces(line, mine, " ", |out, octet| {
            out.text(&hex::encode([octet]));
        });
        for _ in line.len()..IN_LINE {
            pen.out.raw("   ");
        }
        pen.out.raw("  ");
        pen.pieces(line, mine, "", |out, octet| {
            let shown = match octet {
                b' '..=b'~' => char::from(octet),
                _ => '.',
            };
            out.char(shown);
        });
        pen.out.raw("\n");
    }
    pen.out
}

struct Pen<'a> {
    out: Markup,
    id: &'a str,
    marked: &'a [usize],
    /// The fields whose id was given.
    named: Vec<bool>,
}

impl Pen<'_> {
    /// One line's octets, those of a field within an element of their own.
    fn pieces(
        &mut self,
        line: &[u8],
        owners: &[Option<usize>],
        gap: &'static str,
        write: impl Fn(&mut Markup, u8),
    ) {
        let mut at = 0;
        for run in owners.chunk_by(|a, b| a == b) {
            if at > 0 {
                self.out.raw(gap);
            }
            if let Some(owner) = run[0] {
                self.open(owner);
            }
            for (i, octet) in line[at..at + run.len()].iter().enumerate() {
                if i > 0 {
                    self.out.raw(gap);
                }
                write(&mut self.out, *octet);
            }
            if run[0].is_some() {
                self.out.raw("</span>");
            }
            at += run.len();
        }
    }

    fn open(&mut self, owner: usize) {
        self.out.raw("<span data-f=\"").number(owner).raw("\"");
        if !std::mem::replace(&mut self.named[owner], true) {
            self.out
                .raw(" id=\"")
                .text(self.id)
                .raw("-")
                .number(owner)
                .raw("\"");
        }
        if self.marked.contains(&owner) {
            self.out.raw(" class=\"hit\"");
        }
        self.out.raw(">");
    }
}

/// The row to which each octet belongs. What is shown as a tree belongs to none but at its first octet: that is where links lead.
fn owners(octets: usize, rows: &[Row]) -> Vec<Option<usize>> {
    let mut owners = vec![None; octets];
    for (number, row) in rows.iter().enumerate() {
        let len = if row.name.starts_with('(') { 1 } else { row.at.len };
        let end = row.at.offset.saturating_add(len).min(octets);
        for owner in owners.get_mut(row.at.offset..end).into_iter().flatten() {
            *owner = Some(number);
        }
    }
    owners
}
