//! The kill matrix as one page that needs nothing else.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::report::page;
use crate::run::killmatrix::{Kill, Matrix};

const PAGE: &str = include_str!("page.html");

/// Defects in rows, cases in columns, a mark where one was killed; below, both as lists.
///
/// # Errors
/// What the template engine says.
pub fn html(matrix: &Matrix) -> Result<String, String> {
    let columns: Vec<&str> = matrix
        .cases
        .iter()
        .filter(|c| c.applies)
        .map(|c| c.id.as_str())
        .collect();
    let rows = matrix
        .defects
        .iter()
        .map(|row| Row {
            name: &row.name,
            breaks: &row.breaks,
            cells: cells(&columns, &row.kills, &row.elsewhere),
        })
        .collect();
    let shown = Page {
        matrix,
        summary: super::text::summary(matrix),
        idle: matrix.idle().map(|c| c.id.as_str()).collect(),
        columns,
        rows,
    };
    page::render(PAGE, &shown)
}

/// What the template speaks of.
#[derive(Serialize)]
struct Page<'a> {
    matrix: &'a Matrix,
    summary: String,
    /// Ids of the cases that ran.
    columns: Vec<&'a str>,
    idle: Vec<&'a str>,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    breaks: &'a str,
    /// For each case: `k` killed, `e` violated elsewhere, empty otherwise.
    cells: Vec<&'static str>,
}

fn cells(columns: &[&str], kills: &[Kill], elsewhere: &[Kill]) -> Vec<&'static str> {
    let kills: BTreeSet<&str> = kills.iter().map(Kill::case).collect();
    let elsewhere: BTreeSet<&str> = elsewhere.iter().map(Kill::case).collect();
    columns
        .iter()
        .map(|case| match (kills.contains(case), elsewhere.contains(case)) {
            (true, _) => "k",
            (false, true) => "e",
            (false, false) => "",
        })
        .collect()
}
