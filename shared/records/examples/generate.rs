//! A log to try things with: `cargo run -p parapet-records --example generate -- 1000 > log.json`, in millions of bytes.

use std::error::Error;
use std::io::{BufWriter, stdout};

fn main() -> Result<(), Box<dyn Error>> {
    let megabytes: usize = std::env::args().nth(1).ok_or("how many megabytes?")?.parse()?;
    parapet_testkit::logs::log(megabytes * 1_000_000, BufWriter::new(stdout().lock()))?;
    Ok(())
}
