//! The text of a file, however it was written.

use std::fs::File;
use std::io::{self, Read, stdin};
use std::path::Path;

use flate2::read::MultiGzDecoder;

const MIB: u64 = 1024 * 1024;

/// More is read of no file: an account has some ten thousand policies, and each has some ten thousand characters.
const MOST_BYTES: u64 = 512 * MIB;

/// What is packed may come to this, and to more only as far as JSON of policies does: deflate makes a thousand of one, out of nothing but zeros.
const MOST_UNPACKED: u64 = 64 * MIB;
const MOST_TIMES: u64 = 100;

/// As much as tells whether it is text.
const HEAD: u64 = 8 * 1024;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZIP: [u8; 4] = *b"PK\x03\x04";

const NO_TEXT: &str = "it is no text: neither UTF-8 nor UTF-16 with its mark";
const BROKEN: &str = "it is no text: broken UTF-16";

/// What else is packed, by how it begins.
const PACKED: [(&[u8], &str); 6] = [
    (b"\x1f\x8b", "gzip within gzip"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd"),
    (b"BZh", "packed by bzip2"),
    (b"\xfd7zXZ\x00", "packed by xz"),
    (b"7z\xbc\xaf", "packed by 7-Zip"),
    (b"%PDF", "a PDF"),
];

/// Reads a file, or standard input for `-`: gzip by its content, UTF-8 with or without its mark, UTF-16 with its mark, as `>` of PowerShell
/// writes it.
///
/// # Errors
/// It cannot be read, is too long, or is no text; the error says what it is.
pub(in crate::policy) fn read(path: &Path) -> io::Result<String> {
    let bytes = if path == Path::new("-") { looked_at(stdin().lock())? } else { looked_at(File::open(path)?)? };
    let bytes = bytes.ok_or_else(|| io::Error::other(format!("it has more than {} MiB", MOST_BYTES / MIB)))?;
    text(if bytes.starts_with(&GZIP) { unpacked(&bytes)? } else { bytes })
}

/// All of what is read, unless it begins as no text does: of a folder's programs and pictures no more is read than that.
fn looked_at(mut from: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    from.by_ref().take(HEAD).read_to_end(&mut head)?;
    let is_known = [GZIP.as_slice(), &ZIP, &[0xff, 0xfe], &[0xfe, 0xff]].iter().any(|start| head.starts_with(start));
    let is_packed = PACKED.iter().any(|(start, _)| head.starts_with(start));
    if head.contains(&0) && !is_known && !is_packed {
        return Err(is_other(NO_TEXT));
    }
    within(head.as_slice().chain(from), MOST_BYTES)
}

/// All of what is read, unless it is more than so many bytes: then no more of it is in memory.
fn within(from: impl Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| u64::try_from(bytes.len()).is_ok_and(|length| length <= most)))
}

/// What is in gzip: all of its members, one after the other, as gzip itself takes them.
fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let packed = u64::try_from(bytes.len()).unwrap_or(MOST_BYTES);
    let most = packed.saturating_mul(MOST_TIMES).clamp(MOST_UNPACKED, MOST_BYTES);
    let broken = |error| io::Error::other(format!("it is broken gzip: {error}"));
    within(MultiGzDecoder::new(bytes), most).map_err(broken)?.ok_or_else(|| {
        let most = most / MIB;
        io::Error::other(format!(
            "it has {packed} bytes, and more than {most} MiB when it is unpacked: unpack it first"
        ))
    })
}

/// What is no text is something else, and not a damaged policy.
fn is_other(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    if bytes.starts_with(&ZIP) {
        let is_plan = bytes.windows(6).take(4096).any(|window| window == b"tfplan");
        return Err(is_other(if is_plan {
            "it is a saved plan of Terraform: give what `terraform show -json PLAN` prints"
        } else {
            "it is a zip archive: give the files in it"
        }));
    }
    if let Some((_, what)) = PACKED.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(is_other(&format!("it is {what}: give the text in it")));
    }
    let utf16 = |of: fn([u8; 2]) -> u16| {
        let rest = bytes.get(2..).unwrap_or_default();
        let units = rest.chunks(2).map(|pair| <[u8; 2]>::try_from(pair).map_or(0xd800, of));
        char::decode_utf16(units).collect::<Result<String, _>>()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes).map_err(|_| is_other(BROKEN)),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes).map_err(|_| is_other(BROKEN)),
        _ => {
            let text = String::from_utf8(bytes).map_err(|_| is_other(NO_TEXT))?;
            Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::repeat;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(mut from: impl Read) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        io::copy(&mut from, &mut gzip).unwrap();
        gzip.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked_within_a_bound() {
        let (one, two) = (gzip(br#"{"a": "#.as_slice()), gzip(b"true }  ".as_slice()));
        let both = [one.as_slice(), &two].concat();
        // Marsaglia's xorshift: nothing that deflate finds again.
        let next = |n: &u32| {
            let n = n ^ (n << 13);
            let n = n ^ (n >> 17);
            Some(n ^ (n << 5))
        };
        let noise: Vec<u8> = std::iter::successors(Some(1), next).take(256 * 1024).flat_map(u32::to_be_bytes).collect();
        for (bytes, expected) in [
            (both.clone(), Ok(14)),
            (gzip(repeat(b' ').take(MOST_UNPACKED)), Ok(MOST_UNPACKED)),
            (gzip(repeat(b' ').take(MOST_UNPACKED + 1)), Err("more than 64 MiB when it is unpacked")),
            (gzip(repeat(b' ').take(200 * MIB)), Err("MiB when it is unpacked")),
            // Many members, each of them within the bound.
            (gzip(repeat(b' ').take(40 * MIB)).repeat(2), Err("more than 64 MiB when it is unpacked")),
            // What is not made of nothing may have more.
            (gzip(noise.as_slice().chain(repeat(b' ').take(MOST_UNPACKED))), Ok(MOST_UNPACKED + MIB)),
            (one.get(..one.len() - 3).unwrap().to_vec(), Err("broken gzip")),
            ([one.as_slice(), b"x"].concat(), Err("broken gzip")),
        ] {
            match (unpacked(&bytes), expected) {
                (Ok(text), Ok(length)) => assert_eq!(u64::try_from(text.len()).unwrap(), length),
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                (found, expected) => panic!("{:?}, expected {expected:?}", found.map(|text| text.len())),
            }
        }
    }

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
        refused(b"\x1f\x8b\x08\x00", "gzip within gzip");
        refused(b"\x28\xb5\x2f\xfd....", "packed by zstd");
        refused(b"BZh91AY", "packed by bzip2");
        refused(b"\xfd7zXZ\x00", "packed by xz");
        refused(&[0xff, 0xfe, b'{'], "broken UTF-16");
        refused(&[0xff, 0x00], "neither UTF-8");
    }
}
