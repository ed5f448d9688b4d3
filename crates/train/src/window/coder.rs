//! A layer whose weights are used in both directions: a restricted Boltzmann machine, or an auto-encoder with tied
//! weights.

use fastrand::Rng;

use crate::ops::dense;

/// What the inputs of a layer are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visible {
    /// Real numbers of variance 1: Gaussian units, a linear decoder.
    Gaussian,
    /// Numbers in [0, 1]: Bernoulli units, a sigmoid decoder.
    Bernoulli,
}

/// Sizes of the layer. Its values are one flat vector: weights `[outputs, inputs]`, biases of the outputs, and biases of
/// the inputs, which only pre-training needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coder {
    pub visible: Visible,
    pub inputs: usize,
    pub outputs: usize,
}

impl Coder {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.outputs * self.inputs + self.outputs + self.inputs
    }

    /// The values before training: weights after Glorot times `scale`, biases 0.
    pub fn initial(&self, scale: f32, rng: &mut Rng) -> Vec<f32> {
        let limit = scale * (6.0 / (self.inputs + self.outputs) as f32).sqrt();
        let mut values: Vec<f32> =
            (0..self.outputs * self.inputs).map(|_| (rng.f32() * 2.0 - 1.0) * limit).collect();
        values.resize(self.len(), 0.0);
        values
    }

    /// Weights, biases of the outputs and of the inputs.
    pub fn split<'a>(&self, values: &'a [f32]) -> [&'a [f32]; 3] {
        let (weight, biases) = values.split_at(self.outputs * self.inputs);
        let (up, down) = biases.split_at(self.outputs);
        [weight, up, down]
    }

    /// [`Self::split`] for writing.
    pub fn split_mut<'a>(&self, values: &'a mut [f32]) -> [&'a mut [f32]; 3] {
        let (weight, biases) = values.split_at_mut(self.outputs * self.inputs);
        let (up, down) = biases.split_at_mut(self.outputs);
        [weight, up, down]
    }

    /// Outputs `[rows, outputs]`, in [0, 1], of inputs `[rows, inputs]`.
    pub fn up(&self, values: &[f32], x: &[f32]) -> Vec<f32> {
        let [weight, bias, _] = self.split(values);
        let mut y = dense::forward(x, self.inputs, weight, bias);
        dense::sigmoid_in_place(&mut y);
        y
    }

    /// Expected inputs `[rows, inputs]` of outputs `[rows, outputs]`.
    pub fn down(&self, values: &[f32], y: &[f32]) -> Vec<f32> {
        let [weight, _, bias] = self.split(values);
        let mut x = dense::reverse(y, self.outputs, weight, bias);
        if self.visible == Visible::Bernoulli {
            dense::sigmoid_in_place(&mut x);
        }
        x
    }
}

/// Half the squared distance of two batches of `rows` rows, per row.
pub(super) fn half_squared_error(a: &[f32], b: &[f32], rows: usize) -> f64 {
    // A sum per row in f32 is exact enough to show and becomes vector code.
    let width = a.len() / rows;
    let pairs = a.chunks_exact(width).zip(b.chunks_exact(width));
    let sums = pairs.map(|(a, b)| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>());
    sums.map(f64::from).sum::<f64>() / (2 * rows) as f64
}

#[cfg(test)]
pub(crate) mod tests {
    /// Compares the gradient that `function` writes with central differences of the value it returns.
    pub fn check_gradient(values: &mut [f32], mut function: impl FnMut(&[f32], &mut [f32]) -> f64) {
        const STEP: f32 = 1e-2;
        let mut gradient = vec![0f32; values.len()];
        let mut unused = gradient.clone();
        function(values, &mut gradient);
        for at in 0..values.len() {
            let centre = values[at];
            let mut side = |x: f32| {
                values[at] = x;
                function(values, &mut unused)
            };
            let difference = (side(centre + STEP) - side(centre - STEP)) / f64::from(2.0 * STEP);
            values[at] = centre;
            assert!(
                (difference - f64::from(gradient[at])).abs() < 5e-4 + 2e-3 * difference.abs(),
                "value {at}: difference {difference}, gradient {}",
                gradient[at]
            );
        }
        assert!(gradient.iter().any(|&g| g.abs() > 1e-2), "the gradient is too small to test");
    }
}
