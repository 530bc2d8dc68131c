//! Prints the worklist of the graph whose address is given.

use std::process::ExitCode;

use onramp_example_rust::worklist;

fn main() -> ExitCode {
    let Some(url) = std::env::args().nth(1) else {
        eprintln!("usage: onramp-example-rust http://127.0.0.1:4000/graphql");
        return ExitCode::FAILURE;
    };
    match worklist(&url) {
        Ok(rows) => {
            for row in rows {
                let flow = row.flow.as_deref().unwrap_or("-");
                let state =
                    if row.lacks.is_empty() { "ready".to_owned() } else { format!("lacks {}", row.lacks.join(", ")) };
                println!("{}\t{flow}\t{state}", row.id);
            }
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
