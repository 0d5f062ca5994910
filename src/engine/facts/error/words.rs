//! The sort of error that a text names.

use std::sync::LazyLock;

use super::super::ErrorClass;
use super::super::finder::Finder;

/// Words that tell the sort of an error, separated by ` | `; the first of the list that stands in a line counts.
const WORDS: &[(ErrorClass, &str)] = &[
    (
        ErrorClass::RateLimit,
        "rate limit | too many requests | error 429 | 429 client error | http 429 | \
         status 429 | code 429 | \
         quota exceeded | overloaded_error",
    ),
    (
        ErrorClass::Authentication,
        "401 unauthorized | 401 client error | error 401 | http 401 | status 401 | \
         403 forbidden | 403 client error | error 403 | \
         http 403 | status 403 | authentication failed | authentication required | \
         invalid api key | unauthorized | could not read username | permission denied (publickey | \
         access denied for user | not logged in | login required",
    ),
    (
        ErrorClass::Network,
        "could not resolve host | temporary failure in name resolution | \
         name or service not known | network is unreachable | connection refused | \
         connection reset | connectionerror | connection timed out | \
         failed to establish a new connection |  enotfound | 'enotfound | econnrefused | \
         econnreset | etimedout | eai_again | 502 bad gateway | 503 service | 504 gateway | \
         502 server error | 503 server error | 504 server error | \
         ssl: certificate | certificate verify failed | no route to host | newconnectionerror | \
         urlopen error | httperror | failed to fetch http | unable to access 'http | \
         remote end closed connection | couldn't connect to | unable to connect to | \
         err_connection | err_name_not | max retries exceeded | err_internet_disconnected",
    ),
    (
        ErrorClass::Resources,
        "no space left on device | out of memory | memoryerror | cannot allocate memory | \
         oomkilled | disk quota exceeded | too many open files | heap out of memory | \
         resource temporarily unavailable | outofmemoryerror | std::bad_alloc",
    ),
    (
        ErrorClass::Timeout,
        "timed out | timeouterror | timeout expired | timeoutexpired | deadline exceeded | \
         timeout exceeded",
    ),
    (
        ErrorClass::NotFound,
        "command not found | no such file or directory | modulenotfounderror | no module named | \
         cannot find module | importerror | filenotfounderror | file not found | does not exist | \
         executable file not found | nameerror | attributeerror | unresolved import | \
         cannot find package | no such table | no rule to make target | not installed | \
         unable to locate package | no matching distribution | 404 not found | 404 client error | error 404 | \
         pathspec | undefined reference | undefined symbol | cannot find symbol | no such option | \
         noclassdeffounderror | classnotfoundexception | not a git repository | cannot open file | \
         could not find | cannot access | no matches found | is not defined | not found | \
         cannot stat | cannot find",
    ),
    (
        ErrorClass::Permission,
        "permission denied | permissionerror | operation not permitted | eacces | \
         read-only file system | access is denied",
    ),
    (
        ErrorClass::Syntax,
        "syntaxerror | indentationerror | taberror | syntax error | parse error | error[e | \
         error ts | unexpected token | unexpected eof | unexpected indent | invalid syntax | \
         could not compile | compilation failed | compilation terminated | expected ';' | \
         unterminated | cannot find type | mismatched types | error: expected | ld returned | \
         compilation error | jsondecodeerror | undeclared identifier | undeclared (first use | \
         incompatible types",
    ),
    (
        ErrorClass::TestFailure,
        "assertionerror | assertion failed | assertion ` | test failed | tests failed | \
         failed tests | test suite failed | expect(received)",
    ),
    (
        ErrorClass::Exception,
        "segmentation fault | core dumped | panicked at | traceback (most recent call last) | \
         exception in thread | stack overflow | recursionerror | uncaught | fatal error | \
         kernel panic | unhandled | aborted | bus error | illegal instruction | \
         floating point exception | panic: ",
    ),
];

static CLASSES: LazyLock<Option<(Finder, Vec<ErrorClass>)>> = LazyLock::new(|| {
    let (classes, words): (Vec<ErrorClass>, Vec<&str>) =
        WORDS.iter().flat_map(|(class, words)| words.split(" | ").map(move |word| (*class, word))).unzip();
    Some((Finder::of_any_case(words)?, classes))
});

/// The sort of error that a text names, if it does.
pub(in crate::engine::facts) fn class_of(text: &str) -> Option<ErrorClass> {
    let (finder, classes) = CLASSES.as_ref()?;
    let first = finder.find_overlapping_iter(text).map(|found| found.pattern().as_usize()).min()?;
    classes.get(first).copied()
}
