//! What it costs, beside its peers, in one run.
fn main() {}
