//! What people can do where there is no `/dev/uhid` for them (C8).

use std::io;

/// For a user who may not open it. Whoever may can also pretend to be a keyboard, hence a group of its own.
pub(super) const NOT_PERMITTED: &str = "\
This user may not open /dev/uhid, so no virtual security key can be plugged in. Allow it once, as root:

  groupadd --system pocketkey
  usermod -aG pocketkey YOUR-USER
  echo 'KERNEL==\"uhid\", SUBSYSTEM==\"misc\", GROUP=\"pocketkey\", MODE=\"0660\", OPTIONS+=\"static_node=uhid\"' \\
    > /etc/udev/rules.d/70-pocketkey.rules
  udevadm control --reload && udevadm trigger /dev/uhid

Then sign out and in again. (Members of the group can create any input device, a keyboard too.)
In a container, add: --device /dev/uhid";

/// For a computer whose kernel does not offer it.
pub(super) fn missing(error: &io::Error) -> String {
    format!(
        "There is no usable /dev/uhid ({error}), so no virtual security key can be plugged in.\n\
         Load the kernel's module, as root:\n\n  \
         modprobe uhid\n  \
         echo uhid > /etc/modules-load.d/pocketkey.conf    # at every start\n\n\
         In a container, do so on its host and add: --device /dev/uhid\n\
         Kernels built without CONFIG_UHID (some cloud and container hosts) cannot have one."
    )
}
