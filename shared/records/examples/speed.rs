//! How fast a log is read on this machine: `cargo run --release -p parapet-records --example speed -- FILE`.

use std::error::Error;
use std::fs::File;
use std::ops::ControlFlow;
use std::time::Instant;

use parapet_records::{Item, Reader};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let start = Instant::now();
    let (mut records, mut damages, mut bytes, mut names) = (0_u64, 0_u64, 0_usize, 0_usize);
    let _ = Reader::new(File::open(path)?)?.for_each(&mut |item| {
        match item {
            Item::Record(record) => {
                records += 1;
                bytes += record.raw().len();
                names += record.event_name().map_or(0, str::len);
            }
            Item::Damage(_) => damages += 1,
        }
        ControlFlow::Continue(())
    });
    let seconds = start.elapsed().as_secs_f64();
    println!("{records} records, {damages} damages, {names} bytes of names");
    println!("{:.0} MB/s, {:.0} records/s", bytes as f64 / 1e6 / seconds, records as f64 / seconds);
    Ok(())
}
