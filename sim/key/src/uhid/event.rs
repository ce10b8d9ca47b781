//! The events of `/dev/uhid`, as bytes: `struct uhid_event` of `include/uapi/linux/uhid.h`.

use crate::hid::{REPORT_SIZE, Report};

/// The longest event: a type and `struct uhid_create2_req`.
pub(super) const MAX_EVENT: usize = 4 + 128 + 64 + 64 + 2 + 2 + 4 * 4 + DATA_MAX;

/// `UHID_DATA_MAX` and `HID_MAX_DESCRIPTOR_SIZE`.
const DATA_MAX: usize = 4096;

// enum uhid_event_type
const DESTROY: u32 = 1;
const STOP: u32 = 3;
const CLOSE: u32 = 5;
const OUTPUT: u32 = 6;
const GET_REPORT: u32 = 9;
const GET_REPORT_REPLY: u32 = 10;
const CREATE2: u32 = 11;
const INPUT2: u32 = 12;
const SET_REPORT: u32 = 13;
const SET_REPORT_REPLY: u32 = 14;

const BUS_USB: u16 = 3;

/// Not a number of the USB forum's giving: the device never sees a real bus. "PK".
const VENDOR: u32 = 0x504B;
const PRODUCT: u32 = 0x0001;
const VERSION: u32 = 0x0010;

/// What the kernel calls such a device (bus, vendor, product and a running number), as a udev rule matches it.
pub const KERNEL_NAME: &str = "0003:504B:0001.*";

const NAME: &[u8] = b"Pocketkey Virtual Security Key";

/// Feature reports do not exist here.
const EIO: u16 = 5;

const DESCRIPTOR_SIZE: u16 = 34;

/// FIDO usage page, 64-byte reports both ways, without report numbers (CTAP 2.1, 11.2.8.1).
#[rustfmt::skip]
const DESCRIPTOR: [u8; DESCRIPTOR_SIZE as usize] = [
    0x06, 0xD0, 0xF1, // usage page: FIDO alliance
    0x09, 0x01,       // usage: CTAPHID
    0xA1, 0x01,       // collection: application
    0x09, 0x20,       //   usage: data in
    0x15, 0x00,       //   logical minimum 0
    0x26, 0xFF, 0x00, //   logical maximum 255
    0x75, 0x08,       //   8 bits each
    0x95, 0x40,       //   64 of them
    0x81, 0x02,       //   input: data, variable, absolute
    0x09, 0x21,       //   usage: data out
    0x15, 0x00,       //   logical minimum 0
    0x26, 0xFF, 0x00, //   logical maximum 255
    0x75, 0x08,       //   8 bits each
    0x95, 0x40,       //   64 of them
    0x91, 0x02,       //   output: data, variable, absolute
    0xC0,             // end
];

/// `UHID_CREATE2`: plug the key in.
pub(super) fn create() -> Vec<u8> {
    let text = |bytes: &[u8], size: usize| {
        let mut field = bytes.to_vec();
        field.resize(size, 0);
        field
    };
    [
        CREATE2.to_ne_bytes().to_vec(),
        text(NAME, 128),
        text(b"pocketkey", 64), // phys
        text(b"", 64),          // uniq: no serial number to be tracked by
        DESCRIPTOR_SIZE.to_ne_bytes().to_vec(),
        BUS_USB.to_ne_bytes().to_vec(),
        VENDOR.to_ne_bytes().to_vec(),
        PRODUCT.to_ne_bytes().to_vec(),
        VERSION.to_ne_bytes().to_vec(),
        0u32.to_ne_bytes().to_vec(), // country
        DESCRIPTOR.to_vec(),
    ]
    .concat()
}

/// `UHID_DESTROY`: unplug it.
pub(super) fn destroy() -> [u8; 4] {
    DESTROY.to_ne_bytes()
}

/// A report's length as the event writes it.
const INPUT_SIZE: u16 = 64;
const _: () = assert!(INPUT_SIZE as usize == REPORT_SIZE);

/// `UHID_INPUT2`: a report to the clients.
pub(super) fn input(report: &Report) -> [u8; 6 + REPORT_SIZE] {
    let mut event = [0; 6 + REPORT_SIZE];
    event[..4].copy_from_slice(&INPUT2.to_ne_bytes());
    event[4..6].copy_from_slice(&INPUT_SIZE.to_ne_bytes());
    event[6..].copy_from_slice(report);
    event
}

/// What the kernel says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FromKernel {
    /// `UHID_OUTPUT`: a report from a client.
    Output(Report),
    /// `UHID_OUTPUT` of another size.
    WrongSize(usize),
    /// `UHID_STOP`: the device is going.
    Stop,
    /// `UHID_CLOSE`: the last client closed the device.
    Close,
    /// A request for a report we do not have, and what to write back: an error.
    Answer(Vec<u8>),
    /// `UHID_START`, `UHID_OPEN` and what newer kernels may add: nothing to do.
    Other,
}

/// Reads an event from the kernel.
pub(super) fn read(event: &[u8]) -> FromKernel {
    let Some((kind, content)) = event.split_first_chunk() else { return FromKernel::Other };
    match u32::from_ne_bytes(*kind) {
        OUTPUT => output(content),
        STOP => FromKernel::Stop,
        CLOSE => FromKernel::Close,
        // __u32 id comes first in both; the replies begin with id and __u16 err.
        GET_REPORT => refusal(GET_REPORT_REPLY, content),
        SET_REPORT => refusal(SET_REPORT_REPLY, content),
        _ => FromKernel::Other,
    }
}

/// `struct uhid_output_req`: `__u8 data[4096]; __u16 size; __u8 rtype`.
fn output(content: &[u8]) -> FromKernel {
    let Some((data, rest)) = content.split_at_checked(DATA_MAX) else { return FromKernel::Other };
    let Some((size, _)) = rest.split_first_chunk() else { return FromKernel::Other };
    let size = usize::from(u16::from_ne_bytes(*size));
    // hidraw passes the report number on, 0 for a device without any, before the report.
    let report = match data.get(..size) {
        Some([0, report @ ..]) if report.len() == REPORT_SIZE => report,
        Some(report) => report,
        None => return FromKernel::WrongSize(size),
    };
    report.try_into().map_or(FromKernel::WrongSize(size), FromKernel::Output)
}

fn refusal(kind: u32, content: &[u8]) -> FromKernel {
    let Some(id) = content.first_chunk::<4>() else { return FromKernel::Other };
    FromKernel::Answer([kind.to_ne_bytes().as_slice(), id, &EIO.to_ne_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An `UHID_OUTPUT` event as the kernel hands it out.
    fn output_event(data: &[u8]) -> Vec<u8> {
        let mut event = OUTPUT.to_ne_bytes().to_vec();
        event.extend_from_slice(data);
        event.resize(4 + DATA_MAX, 0);
        event.extend_from_slice(&u16::try_from(data.len()).unwrap().to_ne_bytes());
        event.push(1);
        event.resize(MAX_EVENT, 0);
        event
    }

    #[test]
    fn the_device_is_created_with_its_descriptor_in_place() {
        let event = create();
        assert_eq!(event.len(), 280 + 34);
        assert_eq!(&event[..4], 11u32.to_ne_bytes());
        assert_eq!(&event[4..14], b"Pocketkey ");
        assert_eq!(&event[260..262], 34u16.to_ne_bytes(), "descriptor's length");
        assert_eq!(&event[262..264], 3u16.to_ne_bytes(), "USB");
        assert_eq!(&event[280..283], [0x06, 0xD0, 0xF1]);
        assert_eq!(MAX_EVENT, 4376);
    }

    #[test]
    fn reports_are_read_with_and_without_their_number() {
        let report: Report = std::array::from_fn(|at| u8::try_from(at + 1).unwrap());
        assert_eq!(read(&output_event(&report)), FromKernel::Output(report));
        let numbered = [&[0], report.as_slice()].concat();
        assert_eq!(read(&output_event(&numbered)), FromKernel::Output(report));
        assert_eq!(read(&output_event(&report[..63])), FromKernel::WrongSize(63));
        let mut other_number = numbered;
        other_number[0] = 1;
        assert_eq!(read(&output_event(&other_number)), FromKernel::WrongSize(65));
    }

    #[test]
    fn requests_for_other_reports_are_refused() {
        let event = [GET_REPORT.to_ne_bytes().as_slice(), &7u32.to_ne_bytes(), &[0, 0]].concat();
        let answer = [10u32.to_ne_bytes().as_slice(), &7u32.to_ne_bytes(), &5u16.to_ne_bytes()].concat();
        assert_eq!(read(&event), FromKernel::Answer(answer));
    }

    #[test]
    fn the_last_client_that_leaves_is_noticed() {
        assert_eq!(read(&5u32.to_ne_bytes()), FromKernel::Close);
        assert_eq!(read(&4u32.to_ne_bytes()), FromKernel::Other);
    }

    proptest! {
        #[test]
        fn any_event_is_read_without_a_panic(kind in 0u32..20, bytes in prop::collection::vec(any::<u8>(), 0..MAX_EVENT)) {
            let _ = read(&bytes);
            let _ = read(&[kind.to_ne_bytes().as_slice(), &bytes].concat());
        }
    }
}
