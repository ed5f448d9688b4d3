//! Measures a model on one core: interleaved rounds, medians.

mod clock;
mod machine;
mod measure;
mod scaling;

pub use clock::Clock;
pub use machine::{cores, cpu_name, pin_to, private_bytes};
pub use measure::{
    InstructionSet, OpeningMs, StagesUs, Workload, instruction_sets, opening, private_of_model, stages,
};
pub use scaling::{Length, TwoThreads, lengths, two_threads};

/// The value below which the share `p` (0..=1) of `values` lies, by nearest rank; 0 for none.
pub fn percentile(values: &mut [f64], p: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let rank = (p * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// The middle value; 0 for none.
pub fn median(values: &mut [f64]) -> f64 {
    percentile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_of_the_list() {
        let mut values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!([0.0, 0.5, 0.99, 1.0].map(|p| percentile(&mut values, p)), [1.0, 50.0, 99.0, 100.0]);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut []), 0.0);
    }
}
