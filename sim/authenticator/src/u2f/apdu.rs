//! Command APDUs, of short and of extended length.
//!
//! ISO/IEC 7816-4, 5.1; [FIDO U2F Raw Message Formats v1.2, 3.1](https://fidoalliance.org/specs/fido-u2f-v1.2-ps-20170411/fido-u2f-raw-message-formats-v1.2-ps-20170411.html#u2f-message-framing)

/// A command. What length of reply it expects is not looked at: replies are as long as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Apdu<'a> {
    pub(super) class: u8,
    pub(super) instruction: u8,
    pub(super) parameter_1: u8,
    pub(super) data: &'a [u8],
}

impl<'a> Apdu<'a> {
    /// Reads an APDU; `None` if its lengths do not fit.
    pub(super) fn read(message: &'a [u8]) -> Option<Self> {
        let ([class, instruction, parameter_1, _], body) = message.split_first_chunk::<4>()?;
        let data = match body {
            // No data; with or without Le, of either length.
            [] | [_] | [0, _, _] => &[],
            // Extended length: Lc in three bytes, and perhaps Le in two.
            [0, high, low, rest @ ..] => field(rest, u16::from_be_bytes([*high, *low]).into(), 2)?,
            // Short length: Lc in one byte, and perhaps Le in one.
            [length, rest @ ..] => field(rest, usize::from(*length), 1)?,
        };
        Some(Self { class: *class, instruction: *instruction, parameter_1: *parameter_1, data })
    }
}

/// The first `length` bytes of `rest`, if nothing follows them but Le, whose length is `expected`.
fn field(rest: &[u8], length: usize, expected: usize) -> Option<&[u8]> {
    let (data, tail) = rest.split_at_checked(length)?;
    (tail.is_empty() || tail.len() == expected).then_some(data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_short_or_extended() {
        let data = |body: &[u8]| {
            let message = [&[0x00, 0x01, 0x02, 0x03], body].concat();
            Apdu::read(&message).map(|apdu| apdu.data.to_vec())
        };
        let cases: &[(&[u8], Option<&[u8]>)] = &[
            (&[], Some(&[])),
            (&[0x00], Some(&[])),
            (&[0x00, 0x00, 0x00], Some(&[])),
            (&[0x02, 7, 8], Some(&[7, 8])),
            (&[0x02, 7, 8, 0x00], Some(&[7, 8])),
            (&[0x00, 0x00, 0x02, 7, 8], Some(&[7, 8])),
            (&[0x00, 0x00, 0x02, 7, 8, 0x00, 0x00], Some(&[7, 8])),
            (&[0x00, 0x00, 0x00, 0x00, 0x00], Some(&[])),
            (&[0x02, 7], None),
            (&[0x01, 7, 8, 9], None),
            (&[0x00, 0x00, 0x02, 7], None),
            (&[0x00, 0x00, 0x02, 7, 8, 0x00], None),
            (&[0x00, 0x00, 0x00, 7], None),
            (&[0x00, 0x00], Some(&[])),
        ];
        for (body, expected) in cases {
            assert_eq!(data(body).as_deref(), *expected, "{body:?}");
        }
        assert_eq!(Apdu::read(&[0, 1, 2]), None);
        let apdu = Apdu { class: 0, instruction: 1, parameter_1: 2, data: &[] };
        assert_eq!(Apdu::read(&[0, 1, 2, 3]), Some(apdu));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Apdu::read(&bytes);
        }
    }
}
