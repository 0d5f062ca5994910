use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::treemap::{Rect, squarify};
use super::{number, rate};
use crate::engine::cluster::Cluster;
use crate::engine::detect::{self, Category};
use crate::engine::order;

/// So many clusters have a tile of their own, the greatest; the others share one for each detector. More cannot
/// be read at a glance.
const TILES: usize = 24;

/// A picture of all clusters: what is of one category lies together, within it what is of one detector, and the
/// area of each tile is its number of runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterMap {
    /// Those with most first.
    pub categories: Vec<MapCategory>,
    /// By category, then by detector; the order in which it is read aloud as well.
    pub tiles: Vec<MapTile>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapCategory {
    pub category: Category,
    pub rect: Rect,
    pub clusters: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapTile {
    /// The cluster's id; `null` for a tile of several small ones.
    pub cluster: Option<String>,
    pub name: String,
    pub detector: String,
    pub category: Category,
    /// How many clusters it stands for.
    pub clusters: u32,
    /// Runs, of several clusters their sum.
    pub runs: u32,
    pub failed: u32,
    pub resolved: u32,
    pub rect: Rect,
}

/// Draws the map for a picture that is `aspect` times as wide as high. The same clusters give the same map.
pub fn cluster_map(clusters: &[Cluster], aspect: f64) -> ClusterMap {
    let aspect = if aspect.is_finite() { aspect.clamp(0.1, 10.0) } else { 1.0 };
    let mut sections: BTreeMap<Category, BTreeMap<&str, Vec<MapTile>>> = BTreeMap::new();
    for (rank, cluster) in clusters.iter().enumerate() {
        let info = detect::info(&cluster.detector);
        let category = info.map_or(Category::Style, |info| info.category);
        let tiles = sections.entry(category).or_default().entry(&cluster.detector).or_default();
        let title = info.map_or(cluster.detector.as_str(), |info| info.title);
        put(tiles, cluster, category, (rank < TILES, title));
    }
    let mut sections: Vec<(Category, Vec<Vec<MapTile>>)> = sections
        .into_iter()
        .map(|(category, detectors)| (category, greatest_first(detectors.into_values().collect())))
        .collect();
    order::sort_by_key(&mut sections, |(_, detectors)| Reverse(runs_of(detectors.iter().flatten())));
    let weight = |tiles: &mut dyn Iterator<Item = &MapTile>| f64::from(runs_of(tiles));
    let weights: Vec<f64> =
        sections.iter().map(|(_, detectors)| weight(&mut detectors.iter().flatten())).collect();
    let mut map = ClusterMap { categories: Vec::new(), tiles: Vec::new() };
    for ((category, detectors), rect) in sections.into_iter().zip(squarify(&weights, Rect::WHOLE, aspect)) {
        let clusters = detectors.iter().flatten().map(|tile| tile.clusters).sum();
        map.categories.push(MapCategory { category, rect: rounded(rect), clusters });
        let weights: Vec<f64> = detectors.iter().map(|tiles| weight(&mut tiles.iter())).collect();
        for (tiles, rect) in detectors.into_iter().zip(squarify(&weights, rect, aspect)) {
            let weights: Vec<f64> = tiles.iter().map(|tile| f64::from(tile.runs)).collect();
            let placed = tiles.into_iter().zip(squarify(&weights, rect, aspect));
            map.tiles.extend(placed.map(|(tile, rect)| MapTile { rect: rounded(rect), ..tile }));
        }
    }
    map
}

/// Gives the cluster a tile of its own, or adds it to the one that its detector's small clusters share.
fn put(tiles: &mut Vec<MapTile>, cluster: &Cluster, category: Category, (is_great, title): (bool, &str)) {
    let runs = number(cluster.runs.len());
    if let Some(shared) = tiles.last_mut().filter(|tile| !is_great && tile.cluster.is_none()) {
        shared.clusters += 1;
        shared.runs += runs;
        shared.failed += cluster.failed;
        shared.resolved += cluster.resolved;
        shared.name = format!("{title}: {} rarer ones", shared.clusters);
        return;
    }
    tiles.push(MapTile {
        cluster: is_great.then(|| cluster.id.clone()),
        name: if is_great { cluster.name.clone() } else { format!("{title}: a rarer one") },
        detector: cluster.detector.clone(),
        category,
        clusters: 1,
        runs,
        failed: cluster.failed,
        resolved: cluster.resolved,
        rect: Rect::WHOLE,
    });
}

fn greatest_first(mut detectors: Vec<Vec<MapTile>>) -> Vec<Vec<MapTile>> {
    for tiles in &mut detectors {
        order::sort_by_key(tiles, |tile| Reverse(tile.runs));
    }
    order::sort_by_key(&mut detectors, |tiles| Reverse(runs_of(tiles.iter())));
    detectors
}

fn runs_of<'a>(tiles: impl Iterator<Item = &'a MapTile>) -> u32 {
    tiles.map(|tile| tile.runs).sum()
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
    use super::{TILES, cluster_map};
    use crate::engine::detect::Category;
    use crate::engine::report::collection::made_up::ended;
    use crate::engine::report::collection::{RunDigest, clusters};
    use crate::engine::trace::OutcomeValue::Failed;

    #[test]
    fn tiles_lie_by_category_and_detector_with_their_runs_as_area() {
        let runs: Vec<RunDigest> = [
            ended("a", Failed, &["retry-loop", "failing-tests"]),
            ended("b", Failed, &["retry-loop"]),
            ended("c", Failed, &["retry-loop"]),
        ]
        .into();
        let map = cluster_map(&clusters(&runs), 2.0);
        let told: Vec<(&str, Category, u32, f64)> = map
            .tiles
            .iter()
            .map(|tile| (&*tile.name, tile.category, tile.failed, tile.rect.width * tile.rect.height))
            .collect();
        let expected = [
            ("Retry loop", Category::Flow, 3, 0.75),
            ("Tests fail after the fix", Category::Verification, 1, 0.25),
        ];
        assert_eq!(told, expected);
        assert_eq!(map.categories.iter().map(|known| known.clusters).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn the_long_tail_shares_one_tile_for_each_detector() {
        let runs: Vec<RunDigest> = (0..TILES + 40)
            .map(|number| {
                let mut run = ended(&number.to_string(), Failed, &["retry-loop"]);
                let word: String = number.to_string().bytes().map(|digit| char::from(digit + 49)).collect();
                run.run.signatures[0].template = format!("{word} {word}");
                run
            })
            .collect();
        let map = cluster_map(&clusters(&runs), 1.0);
        assert_eq!(map.tiles.len(), TILES + 1);
        let rest = map.tiles.iter().find(|tile| tile.cluster.is_none()).unwrap();
        assert_eq!((rest.clusters, rest.runs, &*rest.name), (40, 40, "Retry loop: 40 rarer ones"));
        let area: f64 = map.tiles.iter().map(|tile| tile.rect.width * tile.rect.height).sum();
        assert!((area - 1.0).abs() < 0.02, "{area}");
    }

    #[test]
    fn no_clusters_have_an_empty_map() {
        assert!(cluster_map(&[], f64::NAN).tiles.is_empty());
    }
}
