//! Two sorted streams side by side: the one that the caller walks, and one that follows it here.

use std::cmp::Ordering;

/// A sorted stream of which only the next value is held.
pub(crate) struct SortedStream<T, I> {
    rest: I,
    head: Option<T>,
    started: bool,
}

impl<T, E, I: Iterator<Item = Result<T, E>>> SortedStream<T, I> {
    /// Follows `values`, which must be in the order that the other methods' comparisons speak of.
    pub(crate) fn new(values: I) -> Self {
        Self { rest: values, head: None, started: false }
    }

    /// Takes off all values that come before a place (their comparison with it is `Less`) and hands
    /// each to `passed`.
    pub(crate) fn advance_to(
        &mut self,
        order: impl Fn(&T) -> Ordering,
        mut passed: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(value) = self.next_if(|value| order(value).is_lt())? {
            passed(value)?;
        }
        Ok(())
    }

    /// Takes off the next value if it is the one that is looked for.
    pub(crate) fn next_if(&mut self, wanted: impl Fn(&T) -> bool) -> Result<Option<T>, E> {
        if !self.started {
            self.started = true;
            self.head = self.rest.next().transpose()?;
        }
        if !self.head.as_ref().is_some_and(wanted) {
            return Ok(None);
        }
        let next = self.rest.next().transpose()?;
        Ok(std::mem::replace(&mut self.head, next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_before_a_place_are_passed_and_those_behind_it_wait() {
        let mut stream = SortedStream::new([1, 3, 5].into_iter().map(Ok::<_, ()>));
        let mut passed = Vec::new();
        for place in [3, 4] {
            stream
                .advance_to(
                    |value| value.cmp(&place),
                    |value| {
                        passed.push(value);
                        Ok(())
                    },
                )
                .unwrap();
        }
        assert_eq!(passed, [1, 3]);
        assert_eq!(stream.next_if(|value| *value == 5).unwrap(), Some(5));
        assert_eq!(stream.next_if(|_| true).unwrap(), None);
    }

    #[test]
    fn a_fault_of_the_stream_is_not_taken_for_its_end() {
        let mut stream = SortedStream::new([Ok(1), Err("broken")].into_iter());
        assert!(stream.next_if(|_| true).is_err());
    }
}
