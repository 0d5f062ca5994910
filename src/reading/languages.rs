//! What a highlighter needs to know of a language: its comments, its strings, its words.

/// One language, or a family that looks alike.
#[derive(Debug)]
pub(super) struct Language {
    /// How it is called in a fence or by the ending of a file.
    names: &'static str,
    pub(super) line_comments: &'static [&'static str],
    pub(super) block_comment: Option<(&'static str, &'static str)>,
    /// Characters that begin a string which ends with its line at the latest.
    pub(super) quotes: &'static str,
    /// Strings that go over lines, tried before `quotes`.
    pub(super) long_quotes: &'static [&'static str],
    keywords: &'static str,
    pub(super) keys: Keys,
}

/// What names a value in a language of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    None,
    /// What stands before a colon.
    Colon,
    /// What stands before an equals sign.
    Equals,
}

impl Language {
    pub(super) fn is_keyword(&self, word: &str) -> bool {
        self.keywords.split_ascii_whitespace().any(|keyword| keyword == word)
    }

    /// Whether quotes mean strings only inside tags.
    pub(super) fn is_markup(&self) -> bool {
        self.block_comment.is_some_and(|(open, _)| open == "<!--")
    }
}

/// The language that a file's name or a fence's first word tells; `None` where it is not one of ours.
pub(super) fn language(name: &str) -> Option<&'static Language> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let ending = file.rsplit('.').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = |language: &&Language| language.names.split_ascii_whitespace().any(|name| name == ending);
    LANGUAGES.iter().find(known)
}

const PLAIN: Language = Language {
    names: "",
    line_comments: &[],
    block_comment: None,
    quotes: "\"'",
    long_quotes: &[],
    keywords: "",
    keys: Keys::None,
};

const C_COMMENT: Option<(&str, &str)> = Some(("/*", "*/"));

static LANGUAGES: &[Language] = &[
    Language {
        names: "py python python3 pyi pyx py3 ipython starlark bzl",
        line_comments: &["#"],
        long_quotes: &["\"\"\"", "'''"],
        keywords: "False None True and as assert async await break case class continue def del elif else except \
                   finally for from global if import in is lambda match nonlocal not or pass raise return self \
                   try while with yield",
        ..PLAIN
    },
    Language {
        names: "rs rust",
        line_comments: &["//"],
        block_comment: C_COMMENT,
        quotes: "\"",
        keywords: "Self as async await break const continue crate dyn else enum extern false fn for if impl in let \
                   loop match mod move mut pub ref return self static struct super trait true type union unsafe \
                   use where while",
        ..PLAIN
    },
    Language {
        names: "js javascript jsx mjs cjs ts typescript tsx mts cts vue svelte",
        line_comments: &["//"],
        block_comment: C_COMMENT,
        long_quotes: &["`"],
        keywords: "abstract any as async await boolean break case catch class const continue debugger declare \
                   default delete do else enum export extends false finally for from function get if implements \
                   import in instanceof interface keyof let namespace never new null number of private protected \
                   public readonly return set static string super switch this throw true try type typeof undefined \
                   unknown var void while with yield",
        ..PLAIN
    },
    Language {
        names: "go golang",
        line_comments: &["//"],
        block_comment: C_COMMENT,
        long_quotes: &["`"],
        keywords: "break case chan const continue default defer else fallthrough false for func go goto if import \
                   interface iota map nil package range return select struct switch true type var",
        ..PLAIN
    },
    Language {
        names: "java c h cc cpp cxx hpp hh c++ cs csharp kt kts kotlin swift scala dart php objc m mm groovy \
                gradle proto",
        line_comments: &["//"],
        block_comment: C_COMMENT,
        long_quotes: &["\"\"\""],
        keywords: "abstract auto bool boolean break byte case catch char class const constexpr continue default \
                   delete do double else enum explicit extends extern false final finally float for fun func \
                   function goto guard if implements import in include inline instanceof int interface internal \
                   let long message namespace new nil null nullptr object operator override package private \
                   protected public return short signed sizeof static struct super switch template this throw \
                   throws trait true try typedef typename union unsigned using val var virtual void volatile when \
                   while",
        ..PLAIN
    },
    Language {
        names: "sh bash shell zsh fish console terminal shell-session dockerfile makefile mk make ps1 powershell env",
        line_comments: &["#"],
        keywords: "case cd do done echo elif else esac exit export fi for function if in local return set source \
                   then until while sudo FROM RUN COPY ENV WORKDIR CMD ENTRYPOINT",
        ..PLAIN
    },
    Language {
        names: "json jsonl json5 ndjson ipynb geojson",
        keywords: "true false null",
        quotes: "\"",
        keys: Keys::Colon,
        ..PLAIN
    },
    Language {
        names: "yaml yml",
        line_comments: &["#"],
        keywords: "true false null yes no on off",
        keys: Keys::Colon,
        ..PLAIN
    },
    Language {
        names: "toml ini cfg conf properties lock",
        line_comments: &["#", ";"],
        long_quotes: &["\"\"\"", "'''"],
        keywords: "true false",
        keys: Keys::Equals,
        ..PLAIN
    },
    Language {
        names: "html htm xml svg xhtml jinja j2 markup plist",
        block_comment: Some(("<!--", "-->")),
        ..PLAIN
    },
    Language {
        names: "css scss less sass",
        block_comment: C_COMMENT,
        keywords: "important media supports import root from to and not var calc",
        keys: Keys::Colon,
        ..PLAIN
    },
    Language {
        names: "sql psql mysql sqlite pgsql",
        line_comments: &["--"],
        block_comment: C_COMMENT,
        keywords: "ADD ALL ALTER AND AS ASC BEGIN BETWEEN BY CASE CHECK COLUMN COMMIT CONSTRAINT CREATE CROSS \
                   DEFAULT DELETE DESC DISTINCT DROP ELSE END EXISTS FOREIGN FROM FULL GROUP HAVING IF IN INDEX \
                   INNER INSERT INTO IS JOIN KEY LEFT LIKE LIMIT NOT NULL OFFSET ON OR ORDER OUTER PRIMARY \
                   REFERENCES RETURNING RIGHT ROLLBACK SELECT SET TABLE THEN UNION UNIQUE UPDATE VALUES VIEW WHEN \
                   WHERE WITH \
                   add all alter and as asc begin between by case check column commit constraint create cross \
                   default delete desc distinct drop else end exists foreign from full group having if in index \
                   inner insert into is join key left like limit not null offset on or order outer primary \
                   references returning right rollback select set table then union unique update values view when \
                   where with",
        ..PLAIN
    },
    Language {
        names: "rb ruby rake gemspec pl perl pm lua r jl julia ex exs elixir nim",
        line_comments: &["#", "--"],
        keywords: "and begin break case class def defmodule do else elsif elseif end ensure false fn for function if \
                   in local module my next nil not or our package redo require rescue retry return self sub super \
                   then true undef unless until use when while yield",
        ..PLAIN
    },
];

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, language};

    #[test]
    fn a_language_is_told_by_file_or_by_fence() {
        for name in ["src/a.py", "python", "PY", "C:\\x\\y.py"] {
            assert!(language(name).is_some_and(|language| language.is_keyword("elif")), "{name}");
        }
        for name in ["", "notes", "a.unknown", "file.", "text"] {
            assert!(language(name).is_none(), "{name}");
        }
        assert!(language("web/Dockerfile").is_some_and(|language| language.is_keyword("RUN")));
    }

    #[test]
    fn no_name_means_two_languages() {
        let mut names: Vec<&str> =
            LANGUAGES.iter().flat_map(|language| language.names.split_ascii_whitespace()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
