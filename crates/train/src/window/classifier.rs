//! Dense layers of sigmoid units under a softmax: forward pass, loss and gradient.

use std::ops::Range;

use fastrand::Rng;

use crate::ops::dense;

/// A dense layer.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseLayer {
    /// Numbers in, at least 1.
    pub inputs: usize,
    /// Numbers out, at least 1.
    pub outputs: usize,
    /// `[outputs, inputs]`.
    pub weight: Vec<f32>,
    /// `[outputs]`.
    pub bias: Vec<f32>,
}

/// Scores of the classes, `[n, classes]`, for `x` `[n, inputs]`: every layer but the last is followed by the logistic
/// function. Panics when the sizes do not agree.
pub fn forward(layers: &[DenseLayer], x: &[f32]) -> Vec<f32> {
    let mut x = x.to_vec();
    for (at, layer) in layers.iter().enumerate() {
        assert!(x.len().is_multiple_of(layer.inputs) && layer.bias.len() == layer.outputs);
        x = dense::forward(&x, layer.inputs, &layer.weight, &layer.bias);
        if at + 1 < layers.len() {
            dense::sigmoid_in_place(&mut x);
        }
    }
    x
}

/// Dropout of hidden units.
pub(super) struct Dropout<'a> {
    /// Probability that a unit is dropped.
    pub rate: f32,
    pub rng: &'a mut Rng,
}

/// The places of all layers' values in one flat vector: of each layer the weights and then the biases.
pub(super) struct Classifier {
    /// Inputs, hidden layers, classes.
    sizes: Vec<usize>,
    /// Where each layer starts, and the end.
    starts: Vec<usize>,
}

impl Classifier {
    pub fn new(inputs: usize, hidden: &[usize], classes: usize) -> Self {
        let sizes = [&[inputs], hidden, &[classes]].concat();
        let mut starts = vec![0];
        for layer in sizes.windows(2) {
            starts.push(starts[starts.len() - 1] + (layer[0] + 1) * layer[1]);
        }
        Classifier { sizes, starts }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.starts[self.layers()]
    }

    pub fn layers(&self) -> usize {
        self.sizes.len() - 1
    }

    /// Inputs and outputs of a layer.
    pub fn layer(&self, layer: usize) -> [usize; 2] {
        [self.sizes[layer], self.sizes[layer + 1]]
    }

    /// Number of values of all layers before `layer`.
    pub fn start(&self, layer: usize) -> usize {
        self.starts[layer]
    }

    /// Places of a layer's weights and biases.
    fn places(&self, layer: usize) -> [Range<usize>; 2] {
        let [inputs, outputs] = self.layer(layer);
        let start = self.starts[layer];
        let biases = start + inputs * outputs;
        [start..biases, biases..biases + outputs]
    }

    /// Appends the values of the layers that `values` has not yet: weights after Glorot, biases 0.
    pub fn extend(&self, values: &mut Vec<f32>, rng: &mut Rng) {
        let present = values.len();
        for layer in (0..self.layers()).filter(|&layer| self.start(layer) >= present) {
            let [inputs, outputs] = self.layer(layer);
            let limit = (6.0 / (inputs + outputs) as f32).sqrt();
            values.extend((0..inputs * outputs).map(|_| (rng.f32() * 2.0 - 1.0) * limit));
            values.extend((0..outputs).map(|_| 0.0));
        }
    }

    /// Output of the first `layers` hidden layers, `[rows, outputs]`, from `x` `[rows, inputs]`; only their values are
    /// read.
    pub fn hidden(&self, values: &[f32], layers: usize, mut x: Vec<f32>) -> Vec<f32> {
        for layer in 0..layers {
            let [weight, bias] = self.places(layer);
            x = dense::forward(&x, self.sizes[layer], &values[weight], &values[bias]);
            dense::sigmoid_in_place(&mut x);
        }
        x
    }

    /// Mean cross-entropy of a batch `[classes, inputs]`; `gradient` becomes its gradient by the values.
    pub fn loss(
        &self,
        values: &[f32],
        x: Vec<f32>,
        classes: &[u8],
        mut dropout: Option<Dropout>,
        gradient: &mut [f32],
    ) -> f64 {
        let keep = 1.0 - dropout.as_ref().map_or(0.0, |dropout| dropout.rate);
        let last = self.layers() - 1;
        let mut states = vec![x];
        for layer in 0..last {
            let mut state = {
                let [weight, bias] = self.places(layer);
                dense::forward(&states[layer], self.sizes[layer], &values[weight], &values[bias])
            };
            dense::sigmoid_in_place(&mut state);
            if let Some(Dropout { rate, rng }) = &mut dropout {
                state.iter_mut().for_each(|unit| *unit = if rng.f32() < *rate { 0.0 } else { *unit / keep });
            }
            states.push(state);
        }
        let [weight, bias] = self.places(last);
        let mut d_out = dense::forward(&states[last], self.sizes[last], &values[weight], &values[bias]);
        let loss = dense::softmax_cross_entropy(&mut d_out, classes);

        gradient.fill(0.0);
        for layer in (0..=last).rev() {
            let [weight, bias] = self.places(layer);
            let outputs = self.sizes[layer + 1];
            dense::add_weight_gradient(&d_out, outputs, &states[layer], &mut gradient[weight.clone()]);
            dense::add_rows(&d_out, &mut gradient[bias]);
            if layer > 0 {
                d_out = dense::input_gradient(&d_out, outputs, &values[weight]);
                // A dropped unit is 0 and so gets no gradient; others are 1 / keep times the logistic function.
                for (d, &unit) in d_out.iter_mut().zip(&states[layer]) {
                    *d *= unit * (1.0 - unit * keep);
                }
            }
        }
        loss
    }

    /// Adds the gradient of half `decay` times the sum of squared weights; biases are free.
    pub fn decay(&self, values: &[f32], decay: f32, gradient: &mut [f32]) {
        for layer in 0..self.layers() {
            let [weight, _] = self.places(layer);
            let pairs = gradient[weight.clone()].iter_mut().zip(&values[weight]);
            pairs.for_each(|(gradient, value)| *gradient += decay * value);
        }
    }

    /// The layers as values of their own.
    pub fn export(&self, values: &[f32]) -> Vec<DenseLayer> {
        (0..self.layers())
            .map(|layer| {
                let [inputs, outputs] = self.layer(layer);
                let [weight, bias] = self.places(layer).map(|place| values[place].to_vec());
                DenseLayer { inputs, outputs, weight, bias }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::coder::tests::check_gradient;

    #[test]
    fn gradients() {
        let mut rng = Rng::with_seed(1);
        for (hidden, dropout) in [(vec![], 0.0), (vec![4], 0.0), (vec![5, 3], 0.0), (vec![6, 5], 0.4)] {
            let classifier = Classifier::new(3, &hidden, 4);
            let mut values = Vec::new();
            classifier.extend(&mut values, &mut rng);
            values.iter_mut().for_each(|value| *value += rng.f32() - 0.5);
            let x: Vec<f32> = (0..5 * 3).map(|_| rng.f32() * 4.0 - 2.0).collect();
            let classes = [0, 3, 2, 2, 1];
            let loss = |values: &[f32], gradient: &mut [f32]| {
                let mut same = Rng::with_seed(9);
                let noise = (dropout > 0.0).then_some(Dropout { rate: dropout, rng: &mut same });
                let loss = classifier.loss(values, x.clone(), &classes, noise, gradient);
                classifier.decay(values, 0.3, gradient);
                let weights = classifier.export(values);
                let squares = weights.iter().flat_map(|l| &l.weight).map(|&w| f64::from(w).powi(2));
                loss + 0.15 * squares.sum::<f64>()
            };
            check_gradient(&mut values, loss);
        }
    }

    #[test]
    fn forward_follows_its_definition() {
        let mut rng = Rng::with_seed(2);
        let classifier = Classifier::new(3, &[5, 4], 2);
        let mut values = Vec::new();
        classifier.extend(&mut values, &mut rng);
        let layers = classifier.export(&values);
        let x: Vec<f32> = (0..6).map(|_| rng.f32() * 4.0 - 2.0).collect();
        let expected = x.chunks_exact(3).flat_map(|row| {
            let mut row: Vec<f64> = row.iter().map(|&v| f64::from(v)).collect();
            for (at, layer) in layers.iter().enumerate() {
                let sums = layer.weight.chunks_exact(layer.inputs).zip(&layer.bias).map(|(weight, &bias)| {
                    weight.iter().zip(&row).map(|(&w, x)| f64::from(w) * x).sum::<f64>() + f64::from(bias)
                });
                let hidden = at + 1 < layers.len();
                row = sums.map(|sum| if hidden { 1.0 / (1.0 + (-sum).exp()) } else { sum }).collect();
            }
            row
        });
        for (a, b) in forward(&layers, &x).into_iter().zip(expected) {
            assert!((f64::from(a) - b).abs() < 1e-6, "{a} {b}");
        }
        assert!(forward(&layers, &[]).is_empty());
    }
}
