//! The functions that take numbers or nothing.

use crate::table::*;
use drugner::capi::*;

/// The rows of the functions that take numbers or nothing.
pub fn constants(table: &mut Table) {
    for status in [i32::MIN, -1000, -9, 1, i32::MAX] {
        table.add("drugner_status_name", "an unknown code", DRUGNER_OK, move || {
            is_text(drugner_status_name(status))
        });
        table.add("drugner_status_message", "an unknown code", DRUGNER_OK, move || {
            is_text(drugner_status_message(status))
        });
    }
    table.add("drugner_version_string", "-", DRUGNER_OK, || is_text(drugner_version_string()));
    table.add("drugner_build_info", "-", DRUGNER_OK, || is_text(drugner_build_info()));
    table.add("drugner_version_number", "-", DRUGNER_OK, || truth(drugner_version_number() > 0));
    table.add("drugner_abi_version", "-", DRUGNER_OK, || truth(drugner_abi_version() == DRUGNER_ABI_VERSION));
    table.add("drugner_format_version_newest", "-", DRUGNER_OK, || {
        truth(drugner_format_version_newest() == 1)
    });
    table.add("drugner_format_version_oldest", "-", DRUGNER_OK, || {
        truth(drugner_format_version_oldest() == 1)
    });
}
