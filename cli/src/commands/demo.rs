//! `parapet demo`.
use super::lab::Ending;
use crate::Result;
use crate::lab::Options;
/// x
pub async fn run(_options: &Options, _repeat: u32) -> Result<Ending> {
    Ok(Ending::Good)
}
