//! Groups (A7).

use crate::{GroupId, UserId, api_type};

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
    /// `POST /api/v1/groups`: a new group; `PUT /api/v1/groups/{id}`: its new name.
    pub struct NewGroup {
        /// Its name; unique.
        pub name: String,
    }
}

api_type! {
    /// A group as listed.
    pub struct GroupSummary {
        /// Its id.
        pub id: GroupId,
        /// Its name; unique.
        pub name: String,
        /// How many users are in it.
        pub member_count: u32,
    }
}

api_type! {
    /// `POST /api/v1/groups/{id}/members`: who joins and who leaves; and in the answer, for whom that was a change.
    #[derive(Default)]
    pub struct Members {
        /// Who joins.
        #[serde(default)]
        pub add: Vec<UserId>,
        /// Who leaves.
        #[serde(default)]
        pub remove: Vec<UserId>,
    }
}
