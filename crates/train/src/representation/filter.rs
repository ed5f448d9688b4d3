//! Training filters: most windows begin no name, so the paper trains on reduced sets. Test samples are never filtered.

use super::{PADDING, Samples, WINDOW};
use fastrand::Rng;

/// Which training windows are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// All.
    All,
    /// Those whose first word is not in the most frequent third of the text, by token mass.
    Rare,
    /// Those in the clusters that hold nearly all names.
    Clusters,
}

/// Drops the windows whose first word is frequent; `frequent` is asked with the row of the word.
pub fn rare(samples: &mut Samples, frequent: impl Fn(u32) -> bool) {
    let keep: Vec<bool> = samples.rows.chunks_exact(WINDOW).map(|window| !frequent(window[0])).collect();
    samples.retain(|i| keep[i]);
}

/// Clusters of the k-means filter.
const CLUSTERS: usize = 32;
/// Rounds of k-means.
const ROUNDS: usize = 8;
/// Windows that the centres are fitted on.
const FITTED: usize = 20_000;
/// Share of the windows with a name that must be kept.
const KEPT_NAMES: f64 = 0.95;

/// Groups the windows by k-means over their `WINDOW * dim` numbers and keeps the clusters richest in names, until they
/// hold 95 % of the windows that begin with one.
pub fn clusters(samples: &mut Samples, table: &[f32], dim: usize, seed: u64) {
    let count = samples.classes.len();
    if count <= CLUSTERS {
        return;
    }
    let mut rng = Rng::with_seed(seed);
    let width = WINDOW * dim;
    let window = |i: usize, out: &mut [f32]| {
        for (out, &row) in out.chunks_exact_mut(dim).zip(&samples.rows[i * WINDOW..(i + 1) * WINDOW]) {
            match row {
                PADDING => out.fill(0.0),
                row => out.copy_from_slice(&table[row as usize * dim..][..dim]),
            }
        }
    };
    let mut fitted: Vec<usize> = (0..count).collect();
    rng.shuffle(&mut fitted);
    fitted.truncate(FITTED);
    let mut centres = vec![0f32; CLUSTERS * width];
    for (centre, &i) in centres.chunks_exact_mut(width).zip(&fitted) {
        window(i, centre);
    }
    let mut x = vec![0f32; width];
    for _ in 0..ROUNDS {
        let (mut sums, mut members) = (vec![0f32; centres.len()], [0u32; CLUSTERS]);
        for &i in &fitted {
            window(i, &mut x);
            let nearest = nearest(&x, &centres);
            members[nearest] += 1;
            sums[nearest * width..][..width].iter_mut().zip(&x).for_each(|(sum, x)| *sum += x);
        }
        for (c, &members) in members.iter().enumerate().filter(|(_, members)| **members > 0) {
            let from = c * width..(c + 1) * width;
            centres[from.clone()]
                .iter_mut()
                .zip(&sums[from])
                .for_each(|(centre, sum)| *centre = sum / members as f32);
        }
    }
    let mut cluster_of = vec![0usize; count];
    let (mut sizes, mut names) = ([0u32; CLUSTERS], [0u32; CLUSTERS]);
    for (i, cluster) in cluster_of.iter_mut().enumerate() {
        window(i, &mut x);
        *cluster = nearest(&x, &centres);
        sizes[*cluster] += 1;
        names[*cluster] += u32::from(samples.classes[i] != 0);
    }
    let share = |c: usize| f64::from(names[c]) / f64::from(sizes[c].max(1));
    let mut order: Vec<usize> = (0..CLUSTERS).collect();
    order.sort_by(|&a, &b| share(b).total_cmp(&share(a)).then(a.cmp(&b)));
    let wanted = KEPT_NAMES * f64::from(names.iter().sum::<u32>());
    let (mut keep, mut held) = ([false; CLUSTERS], 0.0);
    for c in order {
        if held < wanted {
            keep[c] = true;
            held += f64::from(names[c]);
        }
    }
    samples.retain(|i| keep[cluster_of[i]]);
}

fn nearest(x: &[f32], centres: &[f32]) -> usize {
    let distance = |centre: &[f32]| {
        let mut sums = [0f32; 16];
        for (a, b) in x.chunks(16).zip(centre.chunks(16)) {
            for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                *sum += (a - b) * (a - b);
            }
        }
        sums.iter().sum::<f32>()
    };
    let distances = centres.chunks_exact(x.len()).map(distance).enumerate();
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(cluster, _)| cluster)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_looks_at_the_first_word_only() {
        let mut samples = Samples { rows: vec![1, 2, 3, 4, 5, 2, 3, 4, 5, 1], classes: vec![0, 1] };
        rare(&mut samples, |row| row == 1);
        assert_eq!(samples, Samples { rows: vec![2, 3, 4, 5, 1], classes: vec![1] });
    }

    /// Two clouds of windows, names in one of them: the other one is dropped.
    #[test]
    fn clusters_without_names_are_dropped() {
        let mut rng = Rng::with_seed(1);
        let table: Vec<f32> = (0..400).map(|row| if row < 200 { 5.0 } else { -5.0 } + rng.f32()).collect();
        let mut samples = Samples::default();
        for i in 0..1000u32 {
            let cloud = if i % 4 == 0 { 0..100 } else { 100..200 };
            samples.rows.extend((0..WINDOW).map(|_| rng.u32(cloud.clone())));
            samples.classes.push(u8::from(i % 4 == 0));
        }
        clusters(&mut samples, &table, 2, 1);
        assert!(samples.classes.iter().all(|&class| class == 1));
        assert!(samples.classes.len() >= 237, "{}", samples.classes.len());
    }
}
