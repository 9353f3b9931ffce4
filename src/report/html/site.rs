//! All pages of a report.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

use super::case_page::{self, Shown};
use super::index;
use super::policy::policy;
use crate::report::names::file_name;
use crate::run::coverage::Coverage;
use crate::run::outcome::{CaseResult, RunResult, Verdict};

const STYLE: &str = include_str!("style.css");
const INDEX_SCRIPT: &str = include_str!("index.js");
const CASE_SCRIPT: &str = include_str!("case.js");

/// The report of a run: [`Site::index`], and [`Site::case`] for each case. Pure: whoever calls writes the files, from several threads if
/// they like.
pub struct Site<'a> {
    run: &'a RunResult,
    coverage: &'a Coverage,
    text_of: &'a (dyn Fn(&str) -> Option<Arc<str>> + Sync),
    templates: Environment<'static>,
    /// Cases with the gravest verdicts first, by their places in the run.
    order: Vec<usize>,
    /// Id of a case that did not pass → its place among those, in `order`.
    broken: HashMap<&'a str, usize>,
    index_policy: String,
    case_policy: String,
}

/// A page with what every page has.
#[derive(Serialize)]
struct Page<'a, T: Serialize> {
    policy: &'a str,
    style: &'a str,
    script: &'a str,
    version: &'a str,
    page: T,
}

impl<'a> Site<'a> {
    /// `text_of` gives the text of a case file by the name [`crate::case::Source`] gives it.
    ///
    /// # Errors
    /// What the template engine says.
    pub fn new(
        run: &'a RunResult,
        coverage: &'a Coverage,
        text_of: &'a (dyn Fn(&str) -> Option<Arc<str>> + Sync),
    ) -> Result<Self, String> {
        let mut templates = Environment::new();
        // The names' endings are what makes the engine escape.
        for (name, text) in [
            ("index.html", include_str!("index.html")),
            ("case.html", include_str!("case.html")),
        ] {
            templates.add_template(name, text).map_err(|e| e.to_string())?;
        }
        let mut order: Vec<usize> = (0..run.cases.len()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&run.cases[*a], &run.cases[*b]);
            let grave = |case: &CaseResult| std::cmp::Reverse((case.verdict, index::notes(case) > 0));
            grave(a).cmp(&grave(b)).then_with(|| a.id.cmp(&b.id))
        });
        let ids = order.iter().map(|at| &run.cases[*at]);
        let broken = ids
            .take_while(|case| case.verdict > Verdict::Pass)
            .enumerate()
            .map(|(at, case)| (case.id.as_str(), at))
            .collect();
        Ok(Site {
            run,
            coverage,
            text_of,
            templates,
            order,
            broken,
            index_policy: policy(STYLE, INDEX_SCRIPT),
            case_policy: policy(STYLE, CASE_SCRIPT),
        })
    }

    /// The run.
    pub fn run(&self) -> &'a RunResult {
        self.run
    }

    /// Where the page of a case stands in the report's folder.
    pub fn path_of(id: &str) -> String {
        format!("cases/{}.html", file_name(id))
    }

    /// `index.html`. `began`: seconds since 1970, if that is known.
    ///
    /// # Errors
    /// What the template engine says.
    pub fn index(&self, began: Option<i64>) -> Result<String, String> {
        let cases: Vec<&CaseResult> = self.order.iter().map(|at| &self.run.cases[*at]).collect();
        let page = index::page(self.run, self.coverage, &cases, began).map_err(|e| e.to_string())?;
        self.render("index.html", &self.index_policy, INDEX_SCRIPT, page)
    }

    /// The page of a case of the run, with what its journal shows.
    ///
    /// # Errors
    /// What the template engine says.
    pub fn case(&self, case: &CaseResult, shown: &Shown) -> Result<String, String> {
        let at = self.broken.get(case.id.as_str()).copied();
        let broken = |at: usize| {
            let case = &self.run.cases[*self.order.get(at)?];
            (at < self.broken.len()).then(|| case_page::Neighbour::of(case))
        };
        let neighbours = case_page::Neighbours {
            previous: at.and_then(|at| at.checked_sub(1)).and_then(broken),
            next: match at {
                Some(at) => broken(at + 1),
                None => broken(0),
            },
            place: at.map(|at| format!("{} of {} that did not pass", at + 1, self.broken.len())),
        };
        let page = case_page::page(self.run, case, shown, neighbours, self.text_of);
        self.render("case.html", &self.case_policy, CASE_SCRIPT, page)
    }

    fn render(&self, name: &str, policy: &str, script: &str, page: impl Serialize) -> Result<String, String> {
        let template = self.templates.get_template(name).map_err(|e| e.to_string())?;
        let values = Page {
            policy,
            style: STYLE,
            script,
            version: &self.run.tool.version,
            page,
        };
        template.render(Serde(values)).map_err(|e| e.to_string())
    }
}
