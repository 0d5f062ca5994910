use std::collections::BTreeMap;

/// Queries that a person gave names, kept between visits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Saved {
    queries: BTreeMap<String, String>,
}

impl Saved {
    /// From what was kept; what cannot be read was never kept.
    pub fn read(text: &str) -> Self {
        Self { queries: serde_json::from_str(text).unwrap_or_default() }
    }

    pub fn write(&self) -> String {
        serde_json::to_string(&self.queries).unwrap_or_default()
    }

    /// Keeps a query under a name, or under itself where there is none.
    pub fn keep(&mut self, name: &str, query: &str) {
        let name = if name.trim().is_empty() { query } else { name };
        if !query.trim().is_empty() {
            self.queries.insert(name.trim().to_owned(), query.to_owned());
        }
    }

    pub fn forget(&mut self, name: &str) {
        self.queries.remove(name);
    }

    /// Names and queries, in the order of the names.
    pub fn list(&self) -> Vec<(String, String)> {
        self.queries.iter().map(|(name, query)| (name.clone(), query.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Saved;

    #[test]
    fn a_query_is_known_by_its_name_again() {
        let mut saved = Saved::default();
        saved.keep("red", "test:red");
        saved.keep("  ", "op:edit");
        saved.keep("nothing", " ");
        let mut saved = Saved::read(&saved.write());
        assert_eq!(
            saved.list(),
            [("op:edit", "op:edit"), ("red", "test:red")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        saved.forget("red");
        saved.forget("op:edit");
        assert_eq!(saved, Saved::read("broken"));
    }
}
