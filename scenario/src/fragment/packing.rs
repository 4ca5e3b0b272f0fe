//! A text packed into the characters that links carry unharmed, and back.

use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use super::FragmentError;
use crate::limits::DOCUMENT_BYTES_MAX;

/// Version of the packing, the number in `s1`.
pub(super) const VERSION: u32 = 1;

/// The densest that deflate offers; a scenario is small.
const LEVEL: u8 = 9;
/// Bytes of the checksum at the end.
const CHECKSUM_BYTES: usize = 4;

/// Without padding. A last character with spare bits set passes at first: in a link that was cut it
/// is the rule, and must not be taken for damage.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// Packs a text.
pub(super) fn pack(text: &str) -> String {
    let mut bytes = compress_to_vec(text.as_bytes(), LEVEL);
    bytes.extend(crc32(text.as_bytes()).to_le_bytes());
    BASE64.encode(bytes)
}

/// The checksum of a text in six characters.
pub(super) fn checksum(text: &str) -> String {
    BASE64.encode(crc32(text.as_bytes()).to_le_bytes())
}

/// The bytes of the text that was packed.
pub(super) fn unpack(payload: &str) -> Result<Vec<u8>, FragmentError> {
    let bytes = BASE64.decode(payload).map_err(|error| match error {
        DecodeError::InvalidLength(_) => FragmentError::CutShort,
        _ => FragmentError::Damaged,
    })?;
    let (text, used) = inflate(&bytes)?;
    let checksum = bytes[used..]
        .first_chunk::<CHECKSUM_BYTES>()
        .ok_or(FragmentError::CutShort)?;
    let whole = used + CHECKSUM_BYTES == bytes.len()
        && u32::from_le_bytes(*checksum) == crc32(&text)
        && BASE64.encode(&bytes) == payload;
    if whole {
        Ok(text)
    } else {
        Err(FragmentError::Damaged)
    }
}

/// Inflates up to the end that the stream itself tells, and never more than a document may have.
/// Returns the bytes, and how many were used.
fn inflate(bytes: &[u8]) -> Result<(Vec<u8>, usize), FragmentError> {
    let mut state = Box::<DecompressorOxide>::default();
    let mut text = vec![0; (8 * bytes.len()).clamp(1, DOCUMENT_BYTES_MAX)];
    let (mut used, mut written) = (0, 0);
    loop {
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, read, wrote) =
            decompress(&mut state, &bytes[used..], &mut text, written, flags);
        used += read;
        written += wrote;
        match status {
            TINFLStatus::Done => {
                text.truncate(written);
                return Ok((text, used));
            }
            TINFLStatus::HasMoreOutput if text.len() == DOCUMENT_BYTES_MAX => {
                return Err(FragmentError::TooLarge);
            }
            TINFLStatus::HasMoreOutput => {
                text.resize((2 * text.len()).min(DOCUMENT_BYTES_MAX), 0);
            }
            TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => {
                return Err(FragmentError::CutShort);
            }
            _ => return Err(FragmentError::Damaged),
        }
    }
}

/// CRC-32 as in zip and PNG, four bits at a time: a table of sixteen is small in the page, and
/// scenarios are short.
fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xEDB8_8320;
    const TABLE: [u32; 16] = {
        let mut table = [0; 16];
        let mut index = 0;
        while index < table.len() {
            let mut remainder = index as u32;
            let mut bit = 0;
            while bit < 4 {
                let carry = remainder & 1;
                remainder = (remainder >> 1) ^ (POLYNOMIAL * carry);
                bit += 1;
            }
            table[index] = remainder;
            index += 1;
        }
        table
    };
    let shift = |crc: u32| (crc >> 4) ^ TABLE[(crc & 15) as usize];
    !bytes
        .iter()
        .fold(u32::MAX, |crc, byte| shift(shift(crc ^ u32::from(*byte))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_zip() {
        // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn a_text_of_the_largest_size_unpacks_and_a_longer_one_is_too_large() {
        let largest = "x".repeat(DOCUMENT_BYTES_MAX);
        assert_eq!(
            unpack(&pack(&largest)).map(|text| text.len()),
            Ok(DOCUMENT_BYTES_MAX)
        );
        assert_eq!(
            unpack(&pack(&format!("{largest}x"))),
            Err(FragmentError::TooLarge)
        );
    }

    #[test]
    fn every_beginning_of_a_packed_text_is_cut_short() {
        let packed = pack("the same text, the same text, and then another one");
        for length in 0..packed.len() {
            assert_eq!(
                unpack(&packed[..length]),
                Err(FragmentError::CutShort),
                "{length}"
            );
        }
    }

    #[test]
    fn what_follows_a_packed_text_is_damage() {
        let packed = pack("{}");
        assert_eq!(
            unpack(&format!("{packed}AAAA")),
            Err(FragmentError::Damaged)
        );
    }
}
