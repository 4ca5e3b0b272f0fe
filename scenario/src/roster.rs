//! A list whose rows keep their places: what is taken away leaves its place empty.
//!
//! A design may lose parts while it runs. Everything that is counted or drawn knows a part by its place, and
//! goes on doing so: no place is given twice. A document holds only what is there.

use std::ops::{Deref, DerefMut};
use std::slice::{Iter, IterMut};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Rows in the order in which they came, those included that are there no more. As a slice it is all of them;
/// [`Roster::present`] is those that are there.
#[derive(Clone, Debug, PartialEq)]
pub struct Roster<T> {
    rows: Vec<T>,
    /// Places of those that are there no more, in the order in which they went.
    removed: Vec<usize>,
}

impl<T> Roster<T> {
    /// One more row, in a place of its own.
    pub fn push(&mut self, row: T) {
        self.rows.push(row);
    }

    /// What is in a place is there no more.
    pub fn remove(&mut self, place: usize) {
        if self.has(place) {
            self.removed.push(place);
        }
    }

    /// Keeps some of what is there, in new places: for a design that nothing runs yet.
    pub fn retain(&mut self, keeps: impl FnMut(&T) -> bool) {
        self.rows = std::mem::take(self).into_present();
        self.rows.retain(keeps);
    }

    /// Whether what is in a place is there.
    pub fn has(&self, place: usize) -> bool {
        place < self.rows.len() && !self.removed.contains(&place)
    }

    /// What is there, each with its place.
    pub fn present(&self) -> impl DoubleEndedIterator<Item = (usize, &T)> + Clone {
        let all = self.rows.iter().enumerate();
        all.filter(|(place, _)| self.has(*place))
    }

    /// What is there, each with what another list has in its place.
    pub fn beside<'a, 'other, Other>(
        &'a self,
        others: &'other [Other],
    ) -> impl Iterator<Item = (&'a T, &'other Other)> + use<'a, 'other, T, Other> {
        let present = self.present();
        present.filter_map(|(place, row)| Some((row, others.get(place)?)))
    }

    /// The rows without their places: what is there no more is forgotten.
    pub fn into_present(self) -> Vec<T> {
        let Self { rows, removed } = self;
        let all = rows.into_iter().enumerate();
        let present = all.filter(|(place, _)| !removed.contains(place));
        present.map(|(_, row)| row).collect()
    }
}

impl<T> Default for Roster<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T> From<Vec<T>> for Roster<T> {
    fn from(rows: Vec<T>) -> Self {
        Self {
            rows,
            removed: Vec::new(),
        }
    }
}

impl<T> FromIterator<T> for Roster<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Vec::from_iter(rows).into()
    }
}

impl<T> Deref for Roster<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.rows
    }
}

impl<T> DerefMut for Roster<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.rows
    }
}

impl<'a, T> IntoIterator for &'a Roster<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Roster<T> {
    type Item = &'a mut T;
    type IntoIter = IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter_mut()
    }
}

impl<T: Serialize> Serialize for Roster<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let present: Vec<&T> = self.present().map(|(_, row)| row).collect();
        present.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Roster<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Roster<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_leaves_its_place_empty() {
        let mut roster = Roster::from(vec!["a", "b", "c"]);
        roster.remove(1);
        roster.remove(1);
        roster.remove(7);
        roster.push("d");
        let present: Vec<(usize, &&str)> = roster.present().collect();
        assert_eq!(present, [(0, &"a"), (2, &"c"), (3, &"d")]);
        assert_eq!((roster.len(), roster[1]), (4, "b"));
        assert!(!roster.has(1) && roster.has(3) && !roster.has(4));
        let beside: Vec<(&&str, &i32)> = roster.beside(&[1, 2, 3]).collect();
        assert_eq!(beside, [(&"a", &1), (&"c", &3)]);
        assert_eq!(roster.into_present(), ["a", "c", "d"]);
    }

    #[test]
    fn a_document_holds_what_is_there() {
        let mut roster = Roster::from(vec![1, 2, 3]);
        roster.remove(0);
        let text = serde_json::to_string(&roster).expect("a list of numbers");
        assert_eq!(text, "[2,3]");
        let read: Roster<i32> = serde_json::from_str(&text).expect("the same list");
        assert_eq!(read, Roster::from(vec![2, 3]));
    }
}
