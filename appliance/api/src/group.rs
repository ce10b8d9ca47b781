//! Groups (A7).

use crate::{GroupId, api_type};

api_type! {
    /// A group.
    pub struct Group {
        /// Its id.
        pub id: GroupId,
        /// Its name; unique.
        pub name: String,
    }
}

api_type! {
    /// `POST /api/v1/groups`: a new group.
    pub struct NewGroup {
        /// Its name; unique.
        pub name: String,
    }
}
