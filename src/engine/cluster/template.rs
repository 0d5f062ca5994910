use crate::engine::order;
use std::collections::BTreeMap;

/// Stands where the lines of a template differ.
const ANY: &str = "<*>";

/// As Drain has it: of two lines that belong together, at least half of the words are the same.
const SAME_WORDS: (usize, usize) = (1, 2);

/// More templates of one length and first word are left as they are: the next would be compared with each.
const MOST_IN_LEAF: usize = 1000;

/// Lines that are told the same way.
struct Group<'a> {
    words: Vec<&'a str>,
    lines: Vec<&'a str>,
}

/// The template of each masked line: lines that differ in a few words share one, with `<*>` for those words.
///
/// A Drain tree of depth 4 (root, number of words, first word, groups) at similarity .5, the same for every
/// source of lines. Drain's result depends on the order of the lines; here they are sorted first and each
/// counts once, so that the same lines give the same templates.
pub(super) fn templates<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let lines = order::distinct(lines);
    let mut leaves: BTreeMap<(usize, &str), Vec<Group<'_>>> = BTreeMap::new();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let first = words.first().copied().filter(|word| !varies(word)).unwrap_or(ANY);
        let leaf = leaves.entry((words.len(), first)).or_default();
        match closest(leaf, &words) {
            Some(group) => group.add(line, &words),
            None => leaf.push(Group { words, lines: vec![line] }),
        }
    }
    leaves
        .into_values()
        .flatten()
        .flat_map(|group| {
            let template = group.words.join(" ");
            group.lines.into_iter().map(move |line| (line, template.clone()))
        })
        .collect()
}

/// A word that says nothing about where to look: masked, or with a digit.
fn varies(word: &str) -> bool {
    word.contains('<') || word.bytes().any(|byte| byte.is_ascii_digit())
}

/// The group most like these words, the first of several.
fn closest<'g, 'a>(leaf: &'g mut [Group<'a>], words: &[&str]) -> Option<&'g mut Group<'a>> {
    let like = |group: &Group<'_>| group.words.iter().zip(words).filter(|(a, b)| a == b).count();
    let mut best: Option<(usize, usize)> = None;
    for (place, group) in leaf.iter().enumerate().take(MOST_IN_LEAF) {
        let same = like(group);
        if best.is_none_or(|(_, most)| same > most) {
            best = Some((place, same));
        }
    }
    let (share, of) = SAME_WORDS;
    let (place, _) = best.filter(|(_, same)| same * of >= words.len() * share)?;
    leaf.get_mut(place)
}

impl<'a> Group<'a> {
    fn add(&mut self, line: &'a str, words: &[&str]) {
        for (known, word) in self.words.iter_mut().zip(words) {
            if known != word {
                *known = ANY;
            }
        }
        self.lines.push(line);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::templates;
    use crate::engine::facts::masked;

    /// Lines as a dozen programs log them, one kind a line, `{…}` for what varies; see [`fill`].
    const KINDS: &str = include_str!("logs.txt");
    const LINES_OF_A_KIND: usize = 4;

    /// What stands in the place of `{name}`.
    fn pool(name: &str) -> &'static [&'static str] {
        match name {
            "n" => &["0", "7", "42", "8080", "131072", "-1"],
            "f" => &["0.25", "13.7", "99.98", "1.0"],
            "ip" => &["10.251.43.21", "192.168.0.7", "172.16.254.1", "5.36.59.76"],
            "addr" => &["/10.251.43.21:50010", "/10.250.19.102:39325", "/10.251.215.16:52002"],
            "blk" => &["blk_-1608999687919862906", "blk_7503483334202473044", "blk_38865049064139660"],
            "path" => &[
                "/var/lib/data/part-00012",
                "/etc/conf.d/site.conf",
                "/usr/lib/mod_jk.so",
                "C:\\Windows\\x.dll",
            ],
            "hex" => &["0x7f3a9c00", "0xdeadbeef", "0x1"],
            "id" => &["3f2504e0-4f89-11d3-9a0c-0305e82c3301", "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"],
            "app" => &["application_1445144423722_0020", "attempt_1445144423722_0020_m_000001_0"],
            "time" => &["03:04:05", "2026-01-02T03:04:05", "23:59:59.123"],
            "user" => &["root", "admin", "webmaster", "oracle", "test"],
            "host" => &["node-17", "ec2-52-80-34-196.compute.amazonaws.com", "mesos-master-3", "localhost"],
            "str" => &["'alpha'", "\"beta gamma\"", "'x'"],
            "class" => {
                &["java.io.IOException", "java.net.ConnectException", "org.apache.hadoop.ipc.RpcException"]
            }
            "word" => &["RUNNING", "FAILED", "KILLED", "NEW"],
            "name" => &["wlan0", "eth1", "rmnet_data0", "lo"],
            other => panic!("no pool {other}"),
        }
    }

    /// The kind with a value in each place; other numbers draw other values.
    fn fill(kind: &str, mut number: usize) -> String {
        let mut line = String::new();
        let mut rest = kind;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap();
            let values = pool(name);
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            line.push_str(before);
            line.push_str(values[(number >> 33) % values.len()]);
            rest = after;
        }
        line + rest
    }

    /// Kinds by the program that logs them.
    fn programs() -> Vec<(&'static str, Vec<&'static str>)> {
        let sections = KINDS.split("# ").skip(1);
        sections
            .map(|section| {
                let (name, kinds) = section.split_once('\n').unwrap();
                (name, kinds.lines().filter(|line| !line.is_empty()).collect())
            })
            .collect()
    }

    /// Number of pairs within groups of these sizes.
    fn pairs<'a>(sizes: impl Iterator<Item = &'a usize>) -> f64 {
        sizes.map(|size| (size * (size - 1) / 2) as f64).sum()
    }

    /// The share of lines whose group holds just the lines of their kind, and the adjusted Rand index.
    fn accuracy(found: &[&str], kinds: &[&str]) -> (f64, f64) {
        let (mut both, mut groups, mut known) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (group, kind) in found.iter().zip(kinds) {
            *both.entry((*group, *kind)).or_insert(0) += 1;
            *groups.entry(*group).or_insert(0) += 1;
            *known.entry(*kind).or_insert(0) += 1;
        }
        let exact: usize =
            both.iter().filter(|((g, k), n)| groups[g] == **n && known[k] == **n).map(|(_, n)| *n).sum();
        let total = found.len();
        let (a, b) = (pairs(groups.values()), pairs(known.values()));
        let expected = a * b / pairs([total].iter());
        (exact as f64 / total as f64, (pairs(both.values()) - expected) / (f64::midpoint(a, b) - expected))
    }

    /// Written by hand in the style of those programs, so on the hopeful side; the bars are those that Drain
    /// reaches on the sixteen real logs of Loghub.
    #[test]
    #[expect(clippy::print_stdout, reason = "the figures of each program tell where it is weak")]
    fn lines_of_a_dozen_programs_are_told_apart_without_tuning() {
        let (mut exact, mut rand) = (Vec::new(), Vec::new());
        for (program, kinds) in programs() {
            let drawn = kinds.iter().flat_map(|kind| (0..LINES_OF_A_KIND).map(move |number| (*kind, number)));
            let (lines, kinds): (Vec<Box<str>>, Vec<&str>) =
                drawn.map(|(kind, number)| (masked(&fill(kind, number)), kind)).unzip();
            let of = templates(lines.iter().map(AsRef::as_ref));
            let found: Vec<&str> = lines.iter().map(|line| of[&**line].as_str()).collect();
            let (accuracy, ari) = accuracy(&found, &kinds);
            println!("{program}: {} lines, grouping accuracy {accuracy:.3}, ARI {ari:.3}", lines.len());
            exact.push(accuracy);
            rand.push(ari);
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        assert_eq!(exact.len(), 12);
        assert!(mean(&exact) >= 0.82, "grouping accuracy {}", mean(&exact));
        assert!(mean(&rand) >= 0.95, "adjusted Rand index {}", mean(&rand));
    }

    #[test]
    fn the_order_and_the_number_of_lines_change_nothing() {
        let lines: Vec<String> = programs()
            .iter()
            .flat_map(|(_, kinds)| kinds.iter().flat_map(|kind| (0..4).map(|number| fill(kind, number))))
            .collect();
        let forwards = templates(lines.iter().map(String::as_str));
        assert_eq!(forwards, templates(lines.iter().rev().map(String::as_str)));
        assert_eq!(forwards, templates(lines.iter().chain(&lines).map(String::as_str)));
    }

    #[test]
    fn words_that_differ_are_masked_and_other_errors_stay_apart() {
        let lines = [
            "TypeError: f() missing <n> required positional argument: <str>",
            "TypeError: g() missing <n> required positional argument: <str>",
            "TypeError: <str> object is not callable",
            "KeyError: <str>",
            "ValueError: <str>",
        ];
        let of = templates(lines.iter().copied());
        assert_eq!(of[lines[0]], "TypeError: <*> missing <n> required positional argument: <str>");
        assert_eq!(of[lines[0]], of[lines[1]]);
        assert!(lines[2..].iter().all(|line| of[line] == *line));
    }
}
