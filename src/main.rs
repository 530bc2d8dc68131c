//! The command line, which has nothing to serve yet.

fn main() {}
