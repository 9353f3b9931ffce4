//! The fuzz targets' bodies are those of the tests: see `tests/hostile/targets.rs`.

#[path = "../../tests/hostile/targets.rs"]
pub mod targets;

/// Feeds one input to the target of that name.
///
/// # Panics
/// The input breaks what must hold, or there is no such target.
pub fn check(name: &str, input: &[u8]) {
    let Some(target) = targets::TARGETS.iter().find(|target| target.name == name) else {
        panic!("there is no target {name}");
    };
    if let Err(broken) = (target.check)(input) {
        panic!("{name}: {broken}");
    }
}
