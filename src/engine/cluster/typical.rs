use std::cmp::Reverse;

use xxhash_rust::xxh3::xxh3_64;

use super::near::{Features, features, overlap};
use super::{ClusterInput, Member};
use crate::engine::order;

/// A run is compared with so many others of its cluster at most, so that the work grows with the number of
/// runs and not with its square.
const COMPARED: usize = 32;

/// The runs in an order of their own, made of their ids: its first are a sample that does not depend on the
/// order in which they were given.
pub(super) struct Sampler {
    ranks: Vec<usize>,
}

impl Sampler {
    pub(super) fn of(runs: &[&ClusterInput]) -> Self {
        let hashes: Vec<u64> = runs.iter().map(|run| hash_of(run)).collect();
        let mut places: Vec<usize> = (0..runs.len()).collect();
        let key = |place: &usize| (hashes.get(*place), runs.get(*place).map(|run| &run.id));
        order::sort_by(&mut places, |one, other| key(one).cmp(&key(other)));
        let mut ranks = vec![0; runs.len()];
        for (rank, place) in places.into_iter().enumerate() {
            if let Some(known) = ranks.get_mut(place) {
                *known = rank;
            }
        }
        Self { ranks }
    }

    /// At most [`COMPARED`] of these places.
    pub(super) fn sample(&self, places: &[u32]) -> Vec<u32> {
        let mut sample = places.to_vec();
        let rank = |place: &u32| self.ranks.get(*place as usize).copied();
        if sample.len() > COMPARED {
            sample.select_nth_unstable_by_key(COMPARED, rank);
            sample.truncate(COMPARED);
        }
        sample
    }
}

fn hash_of(run: &ClusterInput) -> u64 {
    let (trace, file, index) = &run.id;
    xxh3_64(format!("{trace}\0{file}\0{index}").as_bytes())
}

/// How each run went about its work, and what went wrong in it: what runs are alike in.
pub(super) fn features_of_runs(runs: &[&ClusterInput], clusters_of: &[Vec<usize>]) -> Vec<Features> {
    let failures = |clusters: &[usize]| -> Vec<u64> {
        clusters.iter().map(|cluster| xxh3_64(&cluster.to_le_bytes())).collect()
    };
    runs.iter()
        .zip(clusters_of)
        .map(|(run, clusters)| features(shape_hashes(run).chain(failures(clusters))))
        .collect()
}

fn shape_hashes(run: &ClusterInput) -> impl Iterator<Item = u64> {
    run.shape.iter().map(|pair| xxh3_64(pair.as_bytes()))
}

/// The findings of the run that is most like the others of its cluster on average, and of that which is least;
/// no such one where fewer than three runs, or runs that are all equally alike, leave nothing to tell.
/// `members` in order, `places` their runs.
pub(super) fn examples(
    members: &[Member],
    places: &[u32],
    runs: (&[&ClusterInput], &[Features]),
    sampler: &Sampler,
) -> (Member, Option<Member>) {
    let sample = sampler.sample(places);
    let id = |place: u32| runs.0.get(place as usize).map(|run| &run.id);
    let likeness: Vec<(u32, usize)> =
        places.iter().map(|place| (*place, mean_likeness(*place, &sample, runs.1))).collect();
    let first_of = |place: u32| {
        let at = members.partition_point(|member| member.run < place);
        members.get(at).copied().unwrap_or(Member { run: place, step: 0 })
    };
    let most = likeness.iter().min_by_key(|(place, likeness)| (Reverse(*likeness), id(*place)));
    let least = likeness.iter().min_by_key(|(place, likeness)| (*likeness, id(*place)));
    let (Some(most), Some(least)) = (most, least) else { return (Member { run: 0, step: 0 }, None) };
    let tells = places.len() > 2 && least.1 < most.1;
    (first_of(most.0), tells.then(|| first_of(least.0)))
}

/// The Jaccard index with each of the sample but itself, on average and in millionths, so that nothing depends
/// on how a machine rounds.
fn mean_likeness(place: u32, sample: &[u32], features: &[Features]) -> usize {
    let Some(own) = features.get(place as usize) else { return 0 };
    let others = sample.iter().filter(|other| **other != place);
    let (sum, count) = others.filter_map(|other| features.get(*other as usize)).fold((0, 0), |sum, other| {
        let (shared, either) = overlap(own, other);
        (sum.0 + shared * 1_000_000 / either.max(1), sum.1 + 1)
    });
    sum / count.max(1)
}
