use rustc_hash::FxHashMap;

/// A name kept once per trace: tool names, mostly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(u32);

/// The names of one trace, in order of first use.
#[derive(Debug, Clone, Default)]
pub struct Names {
    list: Vec<Box<str>>,
    ids: FxHashMap<Box<str>, NameId>,
}

impl Names {
    pub fn intern(&mut self, name: &str) -> NameId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = NameId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(name.into());
        self.ids.insert(name.into(), id);
        id
    }

    pub fn get(&self, id: NameId) -> Option<&str> {
        self.list.get(id.0 as usize).map(AsRef::as_ref)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(AsRef::as_ref)
    }
}
