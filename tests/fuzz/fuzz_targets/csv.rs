//! A CSV file of users: nothing panics, every row is counted, and every cell goes where it should or is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_server::imports::{Person, Table, guard, unguard};

fuzz_target!(|data: &[u8]| {
    let Ok(table) = Table::read(data.to_vec()) else { return };
    let preview = table.preview();
    let mut rows = 0;
    for row in table.rows() {
        rows += 1;
        for cell in &row.cells {
            assert_eq!(unguard(&guard(cell)), cell);
        }
        let line = row.line;
        if let Ok(person) = Person::of(row, &preview.suggested, table.width()) {
            assert_eq!(person.line, line);
        }
    }
    assert_eq!(rows, table.len());
});
