//! The ladder as inline SVG.

use super::scene::{Row, Scene, What};
use crate::report::html::fate::Fate;
use crate::report::html::markup::Markup;
use crate::report::html::text::ms;

/// Pixels: the gutter of times, between life lines, of the names at both ends, of a row.
const GUTTER: usize = 62;
const BETWEEN: usize = 200;
const MARGIN: usize = 72;
const HEAD: usize = 44;
const ROW: usize = 31;
/// What a character of a label takes, in tenths of a pixel.
const CHARACTER: usize = 66;

/// The diagram. Each arrow is a link to `#m<seq>` and has the id `a<seq>`; the first broken demand has the id `broken`.
pub(in crate::report::html) fn draw(scene: &Scene) -> Markup {
    let width = x(scene.columns.len().saturating_sub(1)) + MARGIN;
    let foot = HEAD + 22 + scene.rows.len() * ROW;
    let height = foot + HEAD + 4;
    let mut out = Markup::default();
    out.raw("<svg class=\"ladder\" role=\"group\" aria-label=\"Ladder diagram: messages between the nodes of the case, in order of time\" width=\"")
        .number(width)
        .raw("\" height=\"")
        .number(height)
        .raw("\" viewBox=\"0 0 ")
        .number(width)
        .raw(" ")
        .number(height)
        .raw("\"><defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path d=\"M0 0.5 8 4 0 7.5z\" fill=\"context-stroke\"/></marker></defs>");
    out.raw("<text class=\"unit\" x=\"")
        .number(GUTTER - 10)
        .raw("\" y=\"")
        .number(HEAD - 16)
        .raw("\">ms</text>");
    for (at, column) in scene.columns.iter().enumerate() {
        out.raw("<line class=\"life\" x1=\"").number(x(at));
        out.raw("\" x2=\"").number(x(at));
        out.raw("\" y1=\"")
            .number(HEAD)
            .raw("\" y2=\"")
            .number(foot)
            .raw("\"/>");
        for top in [4, foot] {
            node(&mut out, at, top, &column.name, column.target.as_deref());
        }
    }
    for (number, row) in scene.rows.iter().enumerate() {
        draw_row(&mut out, scene, row, HEAD + 14 + number * ROW);
    }
    out.raw("</svg>");
    out
}

fn x(column: usize) -> usize {
    GUTTER + MARGIN + column * BETWEEN
}

/// The box of a name: filled for relays, round for parties.
fn node(out: &mut Markup, at: usize, top: usize, name: &str, target: Option<&str>) {
    let (class, round) = match target {
        Some(_) => ("relay", 3),
        None => ("party", 16),
    };
    out.raw("<g class=\"node ").text(class).raw("\"><rect x=\"");
    out.number(x(at) - 60).raw("\" y=\"").number(top);
    out.raw("\" width=\"120\" height=\"34\" rx=\"")
        .number(round)
        .raw("\"/>");
    let target = target.filter(|target| !target.is_empty());
    let y = if target.is_some() { top + 15 } else { top + 21 };
    out.raw("<text class=\"name\" x=\"")
        .number(x(at))
        .raw("\" y=\"")
        .number(y)
        .raw("\">");
    out.text(&cut(name, 112)).raw("</text>");
    if let Some(target) = target {
        out.raw("<text class=\"target\" x=\"")
            .number(x(at))
            .raw("\" y=\"")
            .number(top + 28)
            .raw("\">");
        out.text(&cut(target, 112)).raw("</text>");
    }
    out.raw("<title>")
        .text(name)
        .raw(if target.is_some() { ", played by " } else { "" });
    out.text(target.unwrap_or_default()).raw("</title></g>");
}

fn draw_row(out: &mut Markup, scene: &Scene, row: &Row, top: usize) {
    let line = top + 21;
    if row.is_broken {
        out.raw("<rect id=\"broken\" class=\"band\" x=\"0\" width=\"");
        out.number(x(scene.columns.len().saturating_sub(1)) + MARGIN);
        out.raw("\" y=\"")
            .number(top + 1)
            .raw("\" height=\"")
            .number(ROW - 2)
            .raw("\"/>");
    }
    if row.fate != Fate::NotReached {
        out.raw("<text class=\"time\" x=\"")
            .number(GUTTER - 10)
            .raw("\" y=\"")
            .number(line + 4)
            .raw("\">");
        out.text(&ms(row.at_us)).raw("</text>");
    }
    match &row.what {
        What::Arrow { .. } => arrow(out, scene, row, line),
        What::Note { at, text } => note(out, scene, row.fate, *at, text, line),
    }
}

fn arrow(out: &mut Markup, scene: &Scene, row: &Row, y: usize) {
    let What::Arrow {
        seq,
        from,
        to,
        label,
        is_ours,
        is_lost,
    } = &row.what
    else {
        return;
    };
    let (start, end) = (x(*from), x(*to));
    let (name, other) = (&scene.columns[*from].name, &scene.columns[*to].name);
    out.raw("<a id=\"a")
        .text(&seq.to_string())
        .raw("\" href=\"#m")
        .text(&seq.to_string());
    out.raw("\" class=\"arrow ").text(row.fate.class());
    out.raw(if *is_ours { " ours" } else { "" })
        .raw(if *is_lost { " lost" } else { "" });
    let spoken = format!("{name} to {other}: {label}, after {} ms", ms(row.at_us));
    out.raw("\" aria-label=\"")
        .text(&spoken)
        .raw("\"><title>")
        .text(&spoken)
        .raw("</title>");
    // A place to point at that is wider than a line.
    let (left, right) = (start.min(end), start.max(end));
    out.raw("<rect class=\"touch\" x=\"")
        .number(left)
        .raw("\" y=\"")
        .number(y - 19);
    out.raw("\" width=\"")
        .number((right - left).max(40))
        .raw("\" height=\"")
        .number(ROW - 2)
        .raw("\"/>");
    out.raw("<line x1=\"")
        .number(start)
        .raw("\" y1=\"")
        .number(y)
        .raw("\" x2=\"");
    // What is lost does not arrive.
    let tip = if *is_lost { (start + 2 * end) / 3 } else { end };
    out.number(tip).raw("\" y2=\"").number(y);
    out.raw(if *is_lost {
        "\"/>"
    } else {
        "\" marker-end=\"url(#head)\"/>"
    });
    if *is_lost {
        out.raw("<text class=\"cross\" x=\"")
            .number(tip)
            .raw("\" y=\"")
            .number(y + 5)
            .raw("\">✕</text>");
    }
    let sign = row.fate.sign();
    let room = (right - left).max(BETWEEN).saturating_sub(12);
    out.raw("<text class=\"label\" x=\"")
        .number((left + right) / 2)
        .raw("\" y=\"")
        .number(y - 6)
        .raw("\">");
    out.text(&cut(label, room - if sign.is_empty() { 0 } else { 14 }));
    if !sign.is_empty() {
        out.raw(" <tspan class=\"sign\">").text(sign).raw("</tspan>");
    }
    out.raw("</text></a>");
}

/// Words in a box, where nothing passed.
fn note(out: &mut Markup, scene: &Scene, fate: Fate, at: Option<(usize, usize)>, text: &str, y: usize) {
    let last = scene.columns.len().saturating_sub(1);
    let (left, right) = match at {
        None => (x(0), x(last)),
        Some((a, b)) => (x(a.min(b)), x(a.max(b))),
    };
    let sign = fate.sign();
    let text_of = if sign.is_empty() {
        text.to_owned()
    } else {
        format!("{sign} {text}")
    };
    // Boxes may be wider than the gap, and stay within the picture.
    let whole = x(last) + MARGIN - GUTTER - 8;
    let most = (right - left + 2 * BETWEEN).min(whole);
    let shown = cut(&text_of, most - 16);
    // What is broken is written in bold.
    let bold = if fate == Fate::Broken { 8 } else { 0 };
    let width = (shown.chars().count() * (CHARACTER + bold) / 10 + 18).min(most);
    let edge = ((left + right) / 2)
        .saturating_sub(width / 2)
        .clamp(GUTTER, (x(last) + MARGIN).saturating_sub(width + 4).max(GUTTER));
    out.raw("<g class=\"note ")
        .text(fate.class())
        .raw("\"><title>")
        .text(text)
        .raw("</title><rect x=\"");
    out.number(edge)
        .raw("\" y=\"")
        .number(y - 13)
        .raw("\" width=\"")
        .number(width);
    out.raw("\" height=\"20\" rx=\"4\"/><text class=\"label\" x=\"")
        .number(edge + width / 2);
    out.raw("\" y=\"")
        .number(y + 1)
        .raw("\">")
        .text(&shown)
        .raw("</text></g>");
}

/// As much of the text as fits.
fn cut(text: &str, room: usize) -> String {
    let most = (room * 10 / CHARACTER).max(1);
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}
