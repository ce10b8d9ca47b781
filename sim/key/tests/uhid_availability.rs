//! What the pairing tool says where there is no `/dev/uhid` (C8).

use pocketkey_key::uhid::Availability;

#[test]
fn a_missing_device_names_the_module_to_load() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Availability::of(&folder.path().join("uhid"));
    assert!(matches!(missing, Availability::Missing { .. }));
    assert!(missing.advice().unwrap().contains("modprobe uhid"));
}

#[test]
fn a_device_that_opens_needs_no_advice() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert_eq!(Availability::of(file.path()), Availability::Available);
    assert_eq!(Availability::of(file.path()).advice(), None);
}
