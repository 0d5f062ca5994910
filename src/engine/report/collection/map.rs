use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tasks::Outcomes;
use super::treemap::{Rect, squarify};
use super::{RunDigest, number, rate};
use crate::engine::cluster::Cluster;
use crate::engine::detect;
use crate::engine::order;

/// So many kinds of failure have a tile of their own, the commonest; the others share the last. More cannot be
/// read at a glance.
const TILES: usize = 14;
/// So many clusters of a kind are drawn, the greatest.
const BLOCKS: usize = 9;

/// A picture of all clusters: a tile for what each detector found, as large as it is met in runs, and in it a
/// block for each of its clusters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClusterMap {
    /// Those of most runs first, but for the one that is shared.
    pub tiles: Vec<MapTile>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapTile {
    /// The detector's id; `null` for the tile that the rarest kinds share.
    pub detector: Option<String>,
    pub title: String,
    /// The runs in which it is met, each counted once.
    pub outcomes: Outcomes,
    /// Those of most runs first.
    pub blocks: Vec<MapBlock>,
    /// How many clusters beyond those.
    pub more: u32,
    pub rect: Rect,
}

/// A cluster in its tile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapBlock {
    pub cluster: String,
    pub name: String,
    pub outcomes: Outcomes,
}

/// Draws the map for a picture that is `aspect` times as wide as high. The same clusters give the same map.
pub fn cluster_map(runs: &[RunDigest], clusters: &[Cluster], aspect: f64) -> ClusterMap {
    let aspect = if aspect.is_finite() { aspect.clamp(0.1, 10.0) } else { 1.0 };
    let mut by_detector: BTreeMap<&str, Vec<&Cluster>> = BTreeMap::new();
    for cluster in clusters {
        by_detector.entry(&cluster.detector).or_default().push(cluster);
    }
    let mut tiles: Vec<MapTile> = by_detector
        .iter()
        .map(|(detector, clusters)| {
            let title = detect::info(detector).map_or(*detector, |info| info.title);
            tile(Some(detector), title, clusters, runs)
        })
        .collect();
    order::sort_by_key(&mut tiles, |tile| Reverse(tile.outcomes.runs()));
    if tiles.len() > TILES {
        let rare = tiles.split_off(TILES - 1);
        let is_rare =
            |cluster: &&Cluster| rare.iter().any(|tile| tile.detector.as_ref() == Some(&cluster.detector));
        let clusters: Vec<&Cluster> = clusters.iter().filter(is_rare).collect();
        tiles.push(tile(None, &format!("{} rarer kinds", rare.len()), &clusters, runs));
    }
    let weights: Vec<f64> = tiles.iter().map(|tile| f64::from(tile.outcomes.runs())).collect();
    for (tile, rect) in tiles.iter_mut().zip(squarify(&weights, Rect::WHOLE, aspect)) {
        tile.rect = rounded(rect);
    }
    ClusterMap { tiles }
}

fn tile(detector: Option<&str>, title: &str, clusters: &[&Cluster], runs: &[RunDigest]) -> MapTile {
    let outcomes = |places: &mut dyn Iterator<Item = u32>| {
        let mut outcomes = Outcomes::default();
        for run in places.filter_map(|place| runs.get(place as usize)) {
            outcomes.add(run.outcome());
        }
        outcomes
    };
    let met = order::distinct(clusters.iter().flat_map(|cluster| cluster.runs.iter().copied()));
    let mut greatest: Vec<&Cluster> = clusters.to_vec();
    order::sort_by_key(&mut greatest, |cluster| Reverse(cluster.runs.len()));
    let block = |cluster: &&Cluster| MapBlock {
        cluster: cluster.id.clone(),
        name: cluster.name.clone(),
        outcomes: outcomes(&mut cluster.runs.iter().copied()),
    };
    MapTile {
        detector: detector.map(str::to_owned),
        title: title.to_owned(),
        outcomes: outcomes(&mut met.into_iter()),
        blocks: greatest.iter().take(BLOCKS).map(block).collect(),
        more: number(greatest.len().saturating_sub(BLOCKS)),
        rect: Rect::WHOLE,
    }
}

fn rounded(rect: Rect) -> Rect {
    let Rect { x, y, width, height } = rect;
    // Both ends, so that neighbours still meet.
    let (left, top) = (rate::rounded(x), rate::rounded(y));
    Rect {
        x: left,
        y: top,
        width: rate::rounded(rate::rounded(x + width) - left),
        height: rate::rounded(rate::rounded(y + height) - top),
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCKS, TILES, cluster_map};
    use crate::engine::detect;
    use crate::engine::report::collection::made_up::ended;
    use crate::engine::report::collection::{RunDigest, clusters};
    use crate::engine::trace::OutcomeValue::{Failed, Resolved};

    #[test]
    fn a_kind_of_failure_is_as_large_as_it_is_met_in_runs() {
        let runs: Vec<RunDigest> = [
            ended("a", Failed, &["retry-loop", "failing-tests"]),
            ended("b", Failed, &["retry-loop"]),
            ended("c", Resolved, &["retry-loop", "retry-loop"]),
        ]
        .into();
        let map = cluster_map(&runs, &clusters(&runs), 2.0);
        let told: Vec<(&str, u32, u32, f64)> = map
            .tiles
            .iter()
            .map(|tile| {
                let area = tile.rect.width * tile.rect.height;
                (&*tile.title, tile.outcomes.failed, tile.outcomes.resolved, area)
            })
            .collect();
        assert_eq!(told, [("Retry loop", 2, 1, 0.75), ("Tests fail after the fix", 1, 0, 0.25)]);
    }

    #[test]
    fn small_clusters_are_counted_and_rare_kinds_share_a_tile() {
        let detectors: Vec<&str> = detect::catalog().map(|info| info.id).take(TILES + 3).collect();
        let mut runs: Vec<RunDigest> = (0..BLOCKS + 4)
            .map(|number| {
                let mut run = ended(&number.to_string(), Failed, &detectors[..1]);
                let word: String = number.to_string().bytes().map(|digit| char::from(digit + 49)).collect();
                run.run.signatures[0].template = format!("{word} {word}");
                run
            })
            .collect();
        runs.push(ended("all", Failed, &detectors));
        let map = cluster_map(&runs, &clusters(&runs), 1.0);
        assert_eq!(map.tiles.len(), TILES);
        let (first, last) = (&map.tiles[0], &map.tiles[TILES - 1]);
        assert_eq!((first.blocks.len(), first.outcomes.failed), (BLOCKS, 14));
        assert!(first.more > 0);
        assert_eq!((last.detector.as_deref(), &*last.title), (None, "4 rarer kinds"));
        let area: f64 = map.tiles.iter().map(|tile| tile.rect.width * tile.rect.height).sum();
        assert!((area - 1.0).abs() < 0.02, "{area}");
    }

    #[test]
    fn no_clusters_have_an_empty_map() {
        assert!(cluster_map(&[], &[], f64::NAN).tiles.is_empty());
    }
}
