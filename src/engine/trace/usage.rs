/// Tokens and cost of one model call. Unknown is `None`, never 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    /// The whole prompt, cached part included, whatever the format's own convention.
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    /// The part of `tokens_in` that came from a cache.
    pub tokens_cached: Option<u64>,
    pub cost_usd: Option<f64>,
    /// `tokens_out` is a placeholder written at the start of the answer: at least so many.
    pub out_is_lower_bound: bool,
}

/// Sums over the run, or what the file itself states where that is more trustworthy.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Totals {
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub tokens_cached: Option<u64>,
    pub cost_usd: Option<f64>,
    /// Wall time from the first to the last step.
    pub seconds: Option<f64>,
    pub out_is_lower_bound: bool,
}

impl Totals {
    /// Adds one call. A number that was never given stays unknown.
    pub fn add(&mut self, usage: &Usage) {
        fn sum(total: &mut Option<u64>, part: Option<u64>) {
            if let Some(part) = part {
                *total = Some(total.unwrap_or(0).saturating_add(part));
            }
        }
        sum(&mut self.tokens_in, usage.tokens_in);
        sum(&mut self.tokens_out, usage.tokens_out);
        sum(&mut self.tokens_cached, usage.tokens_cached);
        if let Some(cost) = usage.cost_usd {
            self.cost_usd = Some(self.cost_usd.unwrap_or(0.0) + cost);
        }
        self.out_is_lower_bound |= usage.out_is_lower_bound;
    }
}
