//! Files against published JSON Schemas, by a validator that is not ours.

use boon::{Compiler, Schemas};
use mmspec::report::{coverage, killmatrix, matrix};
use mmspec::run::coverage::Coverage;
use mmspec::run::killmatrix::{CaseColumn, DefectRow, Fate, Kill, Matrix, SCHEMA, Totals};
use mmspec::run::suite::Suite;
use serde_json::Value;

use crate::report_matrix;
use crate::report_sample::{at, run};

/// Fails with the validator's words if the value does not fit.
pub fn valid(schema: &str, value: &Value) {
    if let Err(error) = check(schema, value) {
        panic!("{error}");
    }
}

/// Why a value does not fit a schema, if it does not.
pub fn check(schema: &str, value: &Value) -> Result<(), String> {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
    compiler.add_resource("mem:schema", schema).unwrap();
    let index = compiler.compile("mem:schema", &mut schemas).unwrap();
    schemas.validate(value, index).map_err(|e| format!("{e:#}"))
}

/// A file that a reporter writes, against what `mmspec schema` says of it.
fn holds(schema: &schemars::Schema, file: &str) {
    let schema = serde_json::to_string(schema).unwrap();
    valid(&schema, &serde_json::from_str(file).unwrap());
    assert!(check(&schema, &serde_json::json!({ "schema": 1 })).is_err());
}

#[test]
fn what_is_published_is_as_its_schema_says() {
    let covered = Coverage::of(&Suite::load(&[]).unwrap(), Some(&run()));
    holds(&coverage::schema(), &coverage::json(&covered).unwrap());
    holds(
        &matrix::schema(),
        &matrix::json(&report_matrix::matrix()).unwrap(),
    );
    let kill = Kill {
        script: "a[row]".into(),
        expectation: "reply@alice#1".into(),
        tests: vec!["TP-X-01".into()],
        source: at("cases/a.yaml", 1, 1, 2),
        got: "nothing".into(),
    };
    let killed = Matrix {
        schema: SCHEMA,
        tool: run().tool,
        whole: true,
        totals: Totals::default(),
        clean: vec![kill.clone()],
        defects: vec![DefectRow {
            name: "mm1.x".into(),
            breaks: "x".into(),
            clause: "§1".into(),
            tests: Vec::new(),
            fate: Fate::Equivalent,
            reason: Some("nobody sees it".into()),
            kills: vec![kill],
            elsewhere: Vec::new(),
            undecided: Vec::new(),
        }],
        cases: vec![CaseColumn {
            id: "a".into(),
            title: "A".into(),
            source: at("cases/a.yaml", 1, 1, 2),
            applies: true,
            kills: Vec::new(),
        }],
    };
    holds(&killmatrix::schema(), &killmatrix::json(&killed).unwrap());
}
