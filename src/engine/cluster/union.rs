/// Sets that are joined two by two. The lowest member stands for its set, so that which sets there are does
/// not depend on the order in which they were joined.
#[derive(Debug)]
pub(super) struct Unions {
    above: Vec<usize>,
}

impl Unions {
    pub(super) fn of(members: usize) -> Self {
        Self { above: (0..members).collect() }
    }

    /// Who stands for the set of this member.
    pub(super) fn head(&mut self, member: usize) -> usize {
        let mut at = member;
        while let Some(above) = self.above.get(at).copied().filter(|above| *above != at) {
            // Halves the way for the next who asks.
            let next = self.above.get(above).copied().unwrap_or(above);
            if let Some(known) = self.above.get_mut(at) {
                *known = next;
            }
            at = next;
        }
        at
    }

    pub(super) fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.head(one), self.head(other));
        if let Some(above) = self.above.get_mut(one.max(other)) {
            *above = one.min(other);
        }
    }

    /// Who stands for the set of each member.
    pub(super) fn heads(mut self) -> Vec<usize> {
        (0..self.above.len()).map(|member| self.head(member)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Unions;

    #[test]
    fn the_sets_do_not_depend_on_the_order_of_joining() {
        let pairs = [(0, 3), (5, 4), (3, 5), (1, 2)];
        let heads = |pairs: &[(usize, usize)]| {
            let mut unions = Unions::of(7);
            for (one, other) in pairs {
                unions.join(*one, *other);
            }
            unions.heads()
        };
        let backwards: Vec<(usize, usize)> = pairs.iter().rev().map(|(one, other)| (*other, *one)).collect();
        assert_eq!(heads(&pairs), [0, 1, 1, 0, 0, 0, 6]);
        assert_eq!(heads(&backwards), heads(&pairs));
    }
}
