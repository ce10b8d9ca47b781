//! CTAP status bytes.
//!
//! [CTAP 2.1, 8.2 Status codes](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#error-responses)

use core::fmt;

macro_rules! statuses {
    ($($byte:literal $variant:ident $name:literal,)*) => {
        /// The first byte of every CTAP reply. A byte without a name survives a round trip as
        /// [`Status::Unknown`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Status {
            $(
                #[doc = concat!("`", stringify!($byte), "` ", $name)]
                $variant,
            )*
            /// A byte that CTAP 2.1 gives no name; never one of the bytes above.
            Unknown(u8),
        }

        impl Status {
            /// Every named status, in the order of its byte.
            pub const NAMED: &'static [Status] = &[$(Status::$variant,)*];

            /// The specification's name, such as `CTAP2_ERR_OPERATION_DENIED`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Status::$variant => $name,)*
                    Status::Unknown(_) => "unknown CTAP status",
                }
            }
        }

        impl From<u8> for Status {
            fn from(byte: u8) -> Self {
                match byte {
                    $($byte => Status::$variant,)*
                    other => Status::Unknown(other),
                }
            }
        }

        impl From<Status> for u8 {
            fn from(status: Status) -> u8 {
                match status {
                    $(Status::$variant => $byte,)*
                    Status::Unknown(byte) => byte,
                }
            }
        }
    };
}

statuses! {
    0x00 Ok "CTAP2_OK",
    0x01 InvalidCommand "CTAP1_ERR_INVALID_COMMAND",
    0x02 InvalidParameter "CTAP1_ERR_INVALID_PARAMETER",
    0x03 InvalidLength "CTAP1_ERR_INVALID_LENGTH",
    0x04 InvalidSequence "CTAP1_ERR_INVALID_SEQ",
    0x05 Timeout "CTAP1_ERR_TIMEOUT",
    0x06 ChannelBusy "CTAP1_ERR_CHANNEL_BUSY",
    0x0a LockRequired "CTAP1_ERR_LOCK_REQUIRED",
    0x0b InvalidChannel "CTAP1_ERR_INVALID_CHANNEL",
    0x11 CborUnexpectedType "CTAP2_ERR_CBOR_UNEXPECTED_TYPE",
    0x12 InvalidCbor "CTAP2_ERR_INVALID_CBOR",
    0x14 MissingParameter "CTAP2_ERR_MISSING_PARAMETER",
    0x15 LimitExceeded "CTAP2_ERR_LIMIT_EXCEEDED",
    0x17 FingerprintDatabaseFull "CTAP2_ERR_FP_DATABASE_FULL",
    0x18 LargeBlobStorageFull "CTAP2_ERR_LARGE_BLOB_STORAGE_FULL",
    0x19 CredentialExcluded "CTAP2_ERR_CREDENTIAL_EXCLUDED",
    0x21 Processing "CTAP2_ERR_PROCESSING",
    0x22 InvalidCredential "CTAP2_ERR_INVALID_CREDENTIAL",
    0x23 UserActionPending "CTAP2_ERR_USER_ACTION_PENDING",
    0x24 OperationPending "CTAP2_ERR_OPERATION_PENDING",
    0x25 NoOperations "CTAP2_ERR_NO_OPERATIONS",
    0x26 UnsupportedAlgorithm "CTAP2_ERR_UNSUPPORTED_ALGORITHM",
    0x27 OperationDenied "CTAP2_ERR_OPERATION_DENIED",
    0x28 KeyStoreFull "CTAP2_ERR_KEY_STORE_FULL",
    0x2b UnsupportedOption "CTAP2_ERR_UNSUPPORTED_OPTION",
    0x2c InvalidOption "CTAP2_ERR_INVALID_OPTION",
    0x2d KeepaliveCancel "CTAP2_ERR_KEEPALIVE_CANCEL",
    0x2e NoCredentials "CTAP2_ERR_NO_CREDENTIALS",
    0x2f UserActionTimeout "CTAP2_ERR_USER_ACTION_TIMEOUT",
    0x30 NotAllowed "CTAP2_ERR_NOT_ALLOWED",
    0x31 PinInvalid "CTAP2_ERR_PIN_INVALID",
    0x32 PinBlocked "CTAP2_ERR_PIN_BLOCKED",
    0x33 PinAuthInvalid "CTAP2_ERR_PIN_AUTH_INVALID",
    0x34 PinAuthBlocked "CTAP2_ERR_PIN_AUTH_BLOCKED",
    0x35 PinNotSet "CTAP2_ERR_PIN_NOT_SET",
    0x36 PuatRequired "CTAP2_ERR_PUAT_REQUIRED",
    0x37 PinPolicyViolation "CTAP2_ERR_PIN_POLICY_VIOLATION",
    0x39 RequestTooLarge "CTAP2_ERR_REQUEST_TOO_LARGE",
    0x3a ActionTimeout "CTAP2_ERR_ACTION_TIMEOUT",
    0x3b UpRequired "CTAP2_ERR_UP_REQUIRED",
    0x3c UvBlocked "CTAP2_ERR_UV_BLOCKED",
    0x3d IntegrityFailure "CTAP2_ERR_INTEGRITY_FAILURE",
    0x3e InvalidSubcommand "CTAP2_ERR_INVALID_SUBCOMMAND",
    0x3f UvInvalid "CTAP2_ERR_UV_INVALID",
    0x40 UnauthorizedPermission "CTAP2_ERR_UNAUTHORIZED_PERMISSION",
    0x7f Other "CTAP1_ERR_OTHER",
    0xdf SpecLast "CTAP2_ERR_SPEC_LAST",
    0xe0 ExtensionFirst "CTAP2_ERR_EXTENSION_FIRST",
    0xef ExtensionLast "CTAP2_ERR_EXTENSION_LAST",
    0xf0 VendorFirst "CTAP2_ERR_VENDOR_FIRST",
    0xff VendorLast "CTAP2_ERR_VENDOR_LAST",
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (0x{:02x})", self.name(), u8::from(*self))
    }
}

impl core::error::Error for Status {}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn every_byte_survives_a_round_trip() {
        for byte in 0..=u8::MAX {
            assert_eq!(u8::from(Status::from(byte)), byte);
        }
    }

    #[test]
    fn names_are_distinct_and_shown_with_their_byte() {
        let mut names: Vec<_> = Status::NAMED.iter().map(|status| status.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Status::NAMED.len());
        assert_eq!(Status::OperationDenied.to_string(), "CTAP2_ERR_OPERATION_DENIED (0x27)");
        assert_eq!(Status::from(0x99), Status::Unknown(0x99));
    }
}
