//! Keyset paging.

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// Give it back as `after` for the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of `fits` items, of which one more was asked for: it tells whether there is another page, which begins after
    /// the `place` of the last one.
    pub fn cut(mut items: Vec<T>, fits: u32, place: impl FnOnce(&T) -> String) -> Self {
        let more = items.len() > fits as usize;
        items.truncate(fits as usize);
        let next = items.last().filter(|_| more).map(place);
        Self { items, next }
    }

    /// The page with other items in their place.
    pub fn map<U>(self, item: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(item).collect(), next: self.next }
    }
}
