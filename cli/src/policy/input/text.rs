//! The text of a file, however it was written.

use std::fs::File;
use std::io::{self, Read, stdin};
use std::path::Path;

use flate2::read::MultiGzDecoder;

const MIB: u64 = 1024 * 1024;

/// More is read of no file: an account has some ten thousand policies, and each has some ten thousand characters.
const MOST_BYTES: u64 = 512 * MIB;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZIP: [u8; 4] = *b"PK\x03\x04";

/// Reads a file, or standard input for `-`: gzip by its content, UTF-8 with or without its mark, UTF-16 with its mark, as `>` of PowerShell
/// writes it.
///
/// # Errors
/// It cannot be read, is too long, or is no text; the error says what it is.
pub(in crate::policy) fn read(path: &Path) -> io::Result<String> {
    let bytes = if path == Path::new("-") { bounded(stdin().lock())? } else { bounded(File::open(path)?)? };
    let bytes = if bytes.starts_with(&GZIP) { bounded(MultiGzDecoder::new(bytes.as_slice()))? } else { bytes };
    text(bytes)
}

/// A compressed file is held to the bound as well, before it fills the memory.
fn bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_BYTES) {
        return Err(io::Error::other(format!("it has more than {} MiB", MOST_BYTES / MIB)));
    }
    Ok(bytes)
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    if bytes.starts_with(&ZIP) {
        let is_plan = bytes.windows(6).take(4096).any(|window| window == b"tfplan");
        return Err(io::Error::other(if is_plan {
            "it is a saved plan of Terraform: give what `terraform show -json PLAN` prints"
        } else {
            "it is a zip archive: give the files in it"
        }));
    }
    let utf16 = |of: fn([u8; 2]) -> u16| {
        let rest = bytes.get(2..).unwrap_or_default();
        let units = rest.chunks(2).map(|pair| <[u8; 2]>::try_from(pair).map_or(0xd800, of));
        char::decode_utf16(units).collect::<Result<String, _>>()
    };
    let broken = |what: &str| io::Error::other(format!("it is no text: {what}"));
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes).map_err(|_| broken("broken UTF-16")),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes).map_err(|_| broken("broken UTF-16")),
        _ => {
            let text = String::from_utf8(bytes).map_err(|_| broken("neither UTF-8 nor UTF-16 with its mark"))?;
            Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(of).collect()
    }

    #[test]
    fn text_is_read_however_it_is_written() {
        for bytes in [
            "{\"ä\": \"𝄞\"}".as_bytes().to_vec(),
            "\u{feff}{\"ä\": \"𝄞\"}".as_bytes().to_vec(),
            utf16("{\"ä\": \"𝄞\"}", u16::to_le_bytes),
            utf16("{\"ä\": \"𝄞\"}", u16::to_be_bytes),
        ] {
            assert_eq!(text(bytes).unwrap(), "{\"ä\": \"𝄞\"}");
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        let refused = |bytes: &[u8], expected: &str| {
            let error = text(bytes.to_vec()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        refused(b"PK\x03\x04...", "a zip archive");
        refused(b"PK\x03\x04....tfplan", "terraform show -json");
        refused(&[0xff, 0xfe, b'{'], "broken UTF-16");
        refused(&[0xff, 0x00], "neither UTF-8");
    }
}
