use std::process::ExitCode;

fn main() -> ExitCode {
    mmspec::cli::main()
}
