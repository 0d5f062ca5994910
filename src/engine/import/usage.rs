//! What a model call used, as the providers' own answers say it.

use serde_json::Value;

use crate::engine::trace::Usage;

/// Reads the `usage` of an answer by the names of both OpenAI APIs and of the proxies that imitate them.
/// Their prompt includes its cached part. Everything is `None` where nothing is stated.
pub(super) fn of_openai(usage: &Value) -> Usage {
    let number = |paths: &[&str]| paths.iter().find_map(|path| usage.pointer(path)?.as_u64());
    Usage {
        tokens_in: number(&["/prompt_tokens", "/input_tokens"]),
        tokens_out: number(&["/completion_tokens", "/output_tokens"]),
        tokens_cached: number(&[
            "/prompt_tokens_details/cached_tokens",
            "/input_tokens_details/cached_tokens",
            "/prompt_cache_hit_tokens",
        ]),
        cost_usd: usage.pointer("/cost").and_then(Value::as_f64),
        out_is_lower_bound: false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of_openai;
    use crate::engine::trace::Usage;

    #[test]
    fn names_of_chat_responses_and_proxies() {
        for (usage, expected) in [
            (
                json!({"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 5}}),
                (Some(9), Some(2), Some(5)),
            ),
            (
                json!({"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": null, "prompt_cache_hit_tokens": 6}),
                (Some(9), Some(2), Some(6)),
            ),
            (
                json!({"input_tokens": 9, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 7}}),
                (Some(9), Some(2), Some(7)),
            ),
        ] {
            let Usage { tokens_in, tokens_out, tokens_cached, .. } = of_openai(&usage);
            assert_eq!((tokens_in, tokens_out, tokens_cached), expected, "{usage}");
        }
        assert_eq!(of_openai(&json!(null)), Usage::default());
    }
}
