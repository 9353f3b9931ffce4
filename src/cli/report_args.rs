//! The arguments of every command that ends in a finished run: what to write down, where, and how much to show.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::report::formats::{FORMATS, Format};

#[derive(Debug, Default, Clone, Args)]
pub struct ReportArgs {
    /// Write JUnit XML to this file too; short for --write junit=FILE
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write a report to this file too: annotations, ctrf, junit, markdown, results, tap. With `-` it goes to standard output, and
    /// the summary to standard error
    #[arg(long, value_name = "FORMAT=FILE", value_parser = wanted)]
    pub write: Vec<Wanted>,
    /// Compare with this baseline: the run fails for what it does not expect (docs/baselines.md)
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// In GitHub Actions: no annotations and no step summary (docs/formats.md)
    #[arg(long)]
    pub no_github: bool,
    /// Show every expectation and every oddity
    #[arg(long, short)]
    pub verbose: bool,
}

/// A report besides those of the run's folder.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub format: &'static Format,
    /// `-`: standard output.
    pub file: PathBuf,
}

impl Wanted {
    pub fn is_stdout(&self) -> bool {
        self.file == Path::new("-")
    }
}

impl ReportArgs {
    /// Everything that is to be written besides the run's folder.
    ///
    /// # Errors
    /// Two of them go to standard output.
    pub fn wanted(&self) -> Result<Vec<Wanted>, String> {
        let junit = self.junit.iter().filter_map(|file| {
            let format = Format::named("junit")?;
            let file = file.clone();
            Some(Wanted { format, file })
        });
        let wanted: Vec<Wanted> = junit.chain(self.write.iter().cloned()).collect();
        match wanted.iter().filter(|w| w.is_stdout()).count() {
            0 | 1 => Ok(wanted),
            n => Err(format!(
                "{n} reports cannot all go to standard output; name files for the others"
            )),
        }
    }
}

/// `FORMAT=FILE`.
fn wanted(text: &str) -> Result<Wanted, String> {
    let names = || {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        names.join(", ")
    };
    let Some((name, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err(format!(
            "expected FORMAT=FILE, for example ctrf=out/ctrf.json; formats: {}",
            names()
        ));
    };
    let format =
        Format::named(name).ok_or_else(|| format!("there is no format {name}; there are {}", names()))?;
    let file = PathBuf::from(file);
    Ok(Wanted { format, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_names_format_and_file() {
        let wish = wanted("tap=-").unwrap();
        assert!(wish.is_stdout() && wish.format.name == "tap");
        assert_eq!(wanted("ctrf=a=b").unwrap().file, PathBuf::from("a=b"));
        assert!(wanted("html=x").unwrap_err().contains("junit"));
        assert!(wanted("tap").is_err() && wanted("tap=").is_err());
    }

    #[test]
    fn one_report_may_go_to_standard_output() {
        let args = |write: &[&str]| ReportArgs {
            junit: Some("out.xml".into()),
            write: write.iter().map(|w| wanted(w).unwrap()).collect(),
            baseline: None,
            no_github: false,
            verbose: false,
        };
        assert_eq!(args(&["tap=-"]).wanted().unwrap().len(), 2);
        assert!(args(&["tap=-", "ctrf=-"]).wanted().is_err());
    }
}
